import { Link } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import type { PathStep } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { PHONE, ROOMY, useMedia } from '../../lib/useMedia';
import { IconButton } from '../../ui/Button';
import { Menu } from '../../ui/Menu';
import css from './PathBar.module.css';

/** More than these are folded into a menu. */
const SHOWN = 3;

interface PathBarProps {
  /** From the root to the folder itself, which is not shown here: its name is the page's heading. */
  path: readonly PathStep[];
  onGoTo: (folder: string) => void;
  /** Wraps one step's link, so that things can be dropped onto it. */
  step?: (step: PathStep, link: ReactNode) => ReactNode;
}

/** The folders above this one: each a link. On phones the next one up, and the others in a menu. */
export function PathBar({ path, onGoTo, step = (_step, link) => link }: PathBarProps) {
  const { t } = useText();
  const isPhone = useMedia(PHONE);
  const isRoomy = useMedia(ROOMY);
  const above = path.slice(0, -1);
  const parent = above.at(-1);
  if (parent === undefined) return null;
  const nameOf = ({ name }: PathStep) => (name === '' ? t('files.title') : name);
  const shown = isPhone ? [] : !isRoomy ? [parent] : above.length > SHOWN ? [...above.slice(0, 1), ...above.slice(1 - SHOWN)] : above;
  const folded = above.filter((candidate) => !shown.includes(candidate) && !(isPhone && candidate === parent));

  const menu = folded.length > 0 && (
    <Step>
      <Menu
        label={t('files.path.more')}
        trigger={<IconButton look="row" label={t('files.path.more')} icon={<Ellipsis size={16} />} />}
        entries={[...folded].reverse().map((folder) => ({ id: folder.id, label: nameOf(folder), onAction: () => onGoTo(folder.id) }))}
      />
    </Step>
  );
  const [first, ...rest] = shown;
  const linkTo = (folder: PathStep, isRoot: boolean) => (
    <FolderLink id={folder.id} isRoot={isRoot} className={css.link}>
      <span className={css.name} title={nameOf(folder)} dir="auto">
        {nameOf(folder)}
      </span>
    </FolderLink>
  );
  return (
    <nav className={css.path} aria-label={t('files.path')}>
      <ol className={css.steps}>
        {isPhone && (
          <li className={css.step}>
            <FolderLink id={parent.id} isRoot={above.length === 1} className={css.up} label={t('files.path.up', { name: nameOf(parent) })}>
              <ChevronLeft size={20} aria-hidden="true" />
            </FolderLink>
          </li>
        )}
        {!isRoomy && menu}
        {first !== undefined && <Step>{step(first, linkTo(first, first === above[0]))}</Step>}
        {isRoomy && menu}
        {rest.map((folder) => (
          <Step key={folder.id}>{step(folder, linkTo(folder, false))}</Step>
        ))}
      </ol>
    </nav>
  );
}

function Step({ children }: { children: ReactNode }) {
  return (
    <li className={css.step}>
      {children}
      <ChevronRight size={14} className={css.arrow} aria-hidden="true" />
    </li>
  );
}

interface FolderLinkProps {
  id: string;
  isRoot: boolean;
  label?: string;
  className?: string | undefined;
  children: ReactNode;
}

/** A link to a folder; the root has an address of its own. */
export function FolderLink({ id, isRoot, label, className, children }: FolderLinkProps) {
  const props = { className, children, draggable: false, ...(label !== undefined && { 'aria-label': label }) };
  return isRoot ? <Link to="/files" {...props} /> : <Link to="/files/$folder" params={{ folder: id }} {...props} />;
}
