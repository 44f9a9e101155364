import { Download, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Dialog } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useText } from '../../lib/i18n';
import { useOverlay } from '../../lib/useOverlay';
import { IconButton } from '../../ui/Button';
import { FileIcon } from '../files/FileIcon';
import css from './Preview.module.css';

/** Takes the whole window for one file; the browser's Back closes it. */
export function PreviewWindow({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  useOverlay(onClose);
  return (
    <ModalOverlay
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      className={css.window}
    >
      <Modal className={css.modal}>
        <Dialog aria-label={label} className={css.dialog}>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface PreviewHeaderProps {
  /** What the name and the picture are of. */
  entry: Parameters<typeof FileIcon>[0]['entry'];
  closeLabel: string;
  onClose: () => void;
  /** Below the name. */
  facts: ReactNode;
  /** Whether the facts are of the kind that somebody has to know of. */
  isProblem?: boolean;
  /** Whether changes of the facts are read aloud. */
  isStatus?: boolean;
  /** Further buttons. */
  children?: ReactNode;
}

/** Its upper edge: out of it, what it shows, and what can be done with that. */
export function PreviewHeader({ entry, closeLabel, onClose, facts, isProblem = false, isStatus = false, children }: PreviewHeaderProps) {
  return (
    <header className={css.header}>
      <IconButton label={closeLabel} icon={<X size={18} />} onPress={onClose} />
      <FileIcon entry={entry} />
      <div className={css.words}>
        <h2 className={css.name} dir="auto">
          <span title={entry.name}>{entry.name}</span>
        </h2>
        <p className={`numeric ${css.facts ?? ''} ${isProblem ? css.problem ?? '' : ''}`} role={isStatus ? 'status' : undefined}>
          {facts}
        </p>
      </div>
      {children}
    </header>
  );
}

export function DownloadButton({ onPress }: { onPress: () => void }) {
  const { t } = useText();
  return (
    <AriaButton className={css.download} aria-label={t('files.download')} onPress={onPress}>
      <Download size={18} aria-hidden="true" />
      <span>{t('files.download')}</span>
    </AriaButton>
  );
}
