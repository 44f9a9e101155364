import { ChevronRight, Folder, FolderPlus } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { GridList, GridListItem } from 'react-aria-components/GridList';
import { useApp, useFolder } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { nameProblem } from '../../lib/fileNames';
import { collator } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Spinner } from '../../ui/Spinner';
import { TextField } from '../../ui/TextField';
import { ErrorMessage } from '../errors/ErrorMessage';
import { useFolderPlace } from '../files/useFolderPlace';
import css from './moving.module.css';
import type { PlaceKind } from './usePlacing';

interface MoveDialogProps {
  kind: PlaceKind;
  entries: readonly Entry[];
  /** The folder to begin in. */
  from: string;
  onPlace: (nodes: readonly string[], to: string) => Promise<void>;
  onClose: () => void;
}

/** Walks through the folders to the one that things are to be moved or copied into. */
export default function MoveDialog({ kind, entries, from, onPlace, onClose }: MoveDialogProps) {
  const { t } = useText();
  const [at, setAt] = useState(from);
  const [isAdding, setAdding] = useState(false);
  const place = useFolderPlace(at);
  const state = useFolder(at);
  const task = useTask();
  const isMove = kind === 'move';
  const placed = useMemo(() => entries.map(({ id }) => id), [entries]);
  // A copy may go where the original is, and even into it.
  const closed = useMemo(() => new Set(isMove ? placed : []), [isMove, placed]);
  const path = place?.path ?? [];
  const isInside = path.some(({ id }) => closed.has(id));
  const isThere = entries.every(({ folder }) => folder === at);
  const isReady = state.status === 'ready' && state.view.verified && !isInside && !(isMove && isThere);
  const go = (id: string) => {
    task.clear();
    setAdding(false);
    setAt(id);
  };
  const finish = async () => {
    if (isReady && (await task.run(() => onPlace(placed, at)))) onClose();
  };
  const up = (event: KeyboardEvent) => {
    const parent = path.at(-2);
    if (event.target instanceof HTMLInputElement || parent === undefined) return;
    if (event.key !== 'Backspace' && !(event.key === 'ArrowUp' && event.altKey)) return;
    event.preventDefault();
    go(parent.id);
  };
  const nameOf = (name: string) => (name === '' ? t('files.title') : name);
  const here = nameOf(path.at(-1)?.name ?? '');

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(`${kind}.title`, { count: entries.length, name: entries[0]?.name ?? '' })}
      actions={
        <>
          <Button onPress={onClose}>{t('app.cancel')}</Button>
          <Button look="primary" isDisabled={!isReady} isBusy={task.isBusy} onPress={() => void finish()}>
            {t(`${kind}.here`)}
          </Button>
        </>
      }
    >
      {/* The keys for going up hold for the list and for the path. */}
      <div role="presentation" className={css.body} onKeyDown={up}>
        <nav aria-label={t('files.path')}>
          <ol className={css.path}>
            {path.map((step, index) => (
              <li key={step.id}>
                {index > 0 && <ChevronRight size={14} className={css.arrow} aria-hidden="true" />}
                <AriaButton className={css.step} isDisabled={step.id === at} onPress={() => go(step.id)}>
                  <span title={nameOf(step.name)} dir="auto">
                    {nameOf(step.name)}
                  </span>
                </AriaButton>
              </li>
            ))}
          </ol>
        </nav>
        <FolderChoice key={at} at={at} label={t('move.list', { name: here })} closed={closed} onOpen={go} />
        <p role="status">{isThere && path.length > 0 ? t(`${kind}.same`) : isInside ? t('error.intoItself') : ''}</p>
        {isAdding ? (
          <AddFolder key={at} parent={at} onMade={go} onClose={() => setAdding(false)} />
        ) : (
          <div>
            <Button look="quiet" icon={<FolderPlus size={16} />} isDisabled={state.status !== 'ready'} onPress={() => setAdding(true)}>
              {t('files.newFolder')}
            </Button>
          </div>
        )}
      </div>
      {task.error !== null && <ErrorMessage error={task.error} />}
    </Dialog>
  );
}

const FOCUS_FIRST = { autoFocus: 'first' } as const;
const takeFocus = (element: HTMLElement | null) => element?.focus();

interface FolderChoiceProps {
  at: string;
  label: string;
  /** Those that cannot be gone into. */
  closed: ReadonlySet<string>;
  onOpen: (id: string) => void;
}

function FolderChoice({ at, label, closed, onOpen }: FolderChoiceProps) {
  const { t, locale } = useText();
  const state = useFolder(at);
  const view = state.status === 'loading' ? undefined : state.view;
  const folders = useMemo(() => {
    const names = collator(locale);
    return (view?.entries ?? []).filter(({ kind, trashed }) => kind === 'folder' && trashed === null).sort((a, b) => names.compare(a.name, b.name));
  }, [view, locale]);
  if (state.status === 'error' && view === undefined) return <ErrorMessage error={state.error} />;
  if (folders.length === 0) {
    return (
      // The focus that was in the list stays where the list was.
      <div ref={takeFocus} tabIndex={-1} className={`${css.list} ${css.none}`}>
        {view === undefined ? <Spinner /> : t('move.none')}
      </div>
    );
  }
  return (
    <GridList
      aria-label={label}
      className={css.list ?? ''}
      items={folders}
      disabledKeys={closed}
      {...FOCUS_FIRST}
      onAction={(id) => onOpen(String(id))}
    >
      {(folder) => (
        <GridListItem id={folder.id} textValue={folder.name} className={css.folder ?? ''}>
          <Folder size={18} strokeWidth={1.75} aria-hidden="true" />
          <span title={folder.name} dir="auto">
            {folder.name}
          </span>
          <ChevronRight size={16} className={css.arrow} aria-hidden="true" />
        </GridListItem>
      )}
    </GridList>
  );
}

function AddFolder({ parent, onMade, onClose }: { parent: string; onMade: (id: string) => void; onClose: () => void }) {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const [name, setName] = useState('');
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);
  const problem = nameProblem(name);
  const create = useCallback(async () => {
    if (problem !== null) return;
    await task.run(async () => {
      const made = await app.createFolder(parent, name.trim());
      // Whoever has gone elsewhere meanwhile, or thought better of it, stays there.
      if (!isGone.current) onMade(made);
    });
  }, [app, name, onMade, parent, problem, task]);
  return (
    <>
      <div className={css.adding}>
        <TextField
          inputRef={takeFocus}
          label={t('files.newFolder.name')}
          value={name}
          error={problem !== null && problem !== 'empty' ? t(`name.${problem}`) : undefined}
          autoComplete="off"
          onChange={setName}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void create();
            else if (event.key === 'Escape') onClose();
            else event.continuePropagation();
          }}
        />
        <Button isBusy={task.isBusy} isDisabled={problem !== null} onPress={() => void create()}>
          {t('files.newFolder.create')}
        </Button>
      </div>
      {task.error !== null && <ErrorMessage error={task.error} />}
    </>
  );
}
