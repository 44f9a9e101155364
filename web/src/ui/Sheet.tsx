import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import css from './Sheet.module.css';

interface SheetProps {
  /** Left out where a trigger around it decides. */
  isOpen?: boolean;
  onClose?: () => void;
  title: string;
  detail?: ReactNode;
  icon?: ReactNode;
  children: ReactNode;
}

/** Slides in from below: what is a menu or a pane on wide screens. */
export function Sheet({ isOpen, onClose, title, detail, icon, children }: SheetProps) {
  return (
    <ModalOverlay
      {...(isOpen !== undefined && { isOpen })}
      onOpenChange={(open) => {
        if (!open) onClose?.();
      }}
      isDismissable
      className={css.veil}
    >
      <Modal className={css.modal}>
        <AriaDialog className={css.sheet}>
          <div className={css.grip} aria-hidden="true" />
          <div className={css.head}>
            {icon}
            <div className={css.words}>
              <Heading slot="title" className={css.title} dir="auto">
                {title}
              </Heading>
              {detail !== undefined && <p className={css.detail}>{detail}</p>}
            </div>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
