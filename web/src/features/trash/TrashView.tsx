import { ArchiveRestore, Trash2 } from 'lucide-react';
import { useCallback, useMemo, useState, type KeyboardEvent } from 'react';
import { useApp, useFolder } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { sortEntries, type Sort } from '../../lib/sortEntries';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import type { MenuEntry } from '../../ui/Menu';
import { SelectionBar, Toolbar } from '../../ui/Toolbar';
import { FileTable } from '../files/FileTable';
import css from '../files/FilesView.module.css';
import { FolderStatus } from '../files/FolderStatus';
import { ListSkeleton } from '../files/ListSkeleton';
import { useSelection } from '../files/useSelection';
import { FolderFindings } from '../findings/FolderFindings';
import { PurgeDialog, type PurgeQuestion } from './PurgeDialog';
import { useTrashActions } from './useTrashActions';

const trashedOf = (entry: Entry) => entry.trashed ?? entry.modified;
/** The list's time column is "trashed" here, so that is what "modified" sorts by. */
const byTrashed = (entry: Entry): Entry => ({ ...entry, modified: trashedOf(entry) });

export function TrashView({ folder }: { folder: string }) {
  const { t, locale } = useText();
  const app = useApp();
  const state = useFolder(folder);
  const [sort, setSort] = useState<Sort>({ column: 'modified', direction: 'descending' });
  const view = state.status === 'loading' ? undefined : state.view;
  const canWrite = state.status === 'ready' && state.view.verified;

  const entries = useMemo(
    () => sortEntries((view?.entries ?? []).filter((entry) => entry.trashed !== null).map(byTrashed), sort, locale),
    [view, sort, locale],
  );
  const { selected, chosen, select, clear } = useSelection(entries);
  const [question, setQuestion] = useState<PurgeQuestion | null>(null);
  const { restore, purge } = useTrashActions(folder, clear);

  const menuFor = useCallback(
    (entry: Entry): MenuEntry[] => [
      {
        id: 'restore',
        label: t('trash.restore'),
        icon: <ArchiveRestore size={16} />,
        isDisabled: !canWrite,
        onAction: () => void restore([entry]),
      },
      {
        id: 'purge',
        label: t('trash.purge'),
        icon: <Trash2 size={16} />,
        shortcut: t('key.delete'),
        isDanger: true,
        isDisabled: !canWrite,
        onAction: () => setQuestion({ entries: [entry], isAll: false }),
      },
    ],
    [t, canWrite, restore],
  );

  const keyDown = (event: KeyboardEvent, id: string) => {
    if (event.key !== 'Delete' || !canWrite) return;
    event.preventDefault();
    setQuestion({ entries: selected.has(id) ? chosen : entries.filter((entry) => entry.id === id), isAll: false });
  };

  return (
    <>
      {chosen.length > 0 ? (
        <SelectionBar
          label={t('files.actions')}
          title={t('files.selected', { count: chosen.length })}
          clearLabel={t('files.clear')}
          onClear={clear}
          actions={[
            {
              id: 'restore',
              label: t('trash.restore'),
              icon: <ArchiveRestore size={16} />,
              isDisabled: !canWrite,
              onPress: () => void restore(chosen),
            },
            {
              id: 'purge',
              label: t('trash.purge'),
              icon: <Trash2 size={16} />,
              isDisabled: !canWrite,
              onPress: () => setQuestion({ entries: chosen, isAll: false }),
            },
          ]}
        />
      ) : (
        <Toolbar
          title={t('trash.title')}
          detail={entries.length === 0 ? undefined : t('files.count', { count: entries.length })}
        >
          {entries.length > 0 && (
            <Button isDisabled={!canWrite} onPress={() => setQuestion({ entries, isAll: true })}>
              {t('trash.emptyIt')}
            </Button>
          )}
        </Toolbar>
      )}
      <div className={css.notes}>
        <FolderFindings folder={folder} />
        <FolderStatus state={state} onRetry={() => void app.refreshFolder(folder)} />
        {entries.length > 0 && <p className={css.hint}>{t('trash.hint')}</p>}
      </div>
      {state.status === 'loading' && <ListSkeleton label={t('files.loading')} />}
      {view !== undefined && entries.length === 0 && state.status !== 'error' && (
        <EmptyState icon={<Trash2 size={26} strokeWidth={1.5} />} title={t('trash.empty')}>
          <p>{t('trash.empty.text')}</p>
        </EmptyState>
      )}
      {entries.length > 0 && (
        <FileTable
          label={t('trash.list')}
          entries={entries}
          selected={selected}
          onSelect={select}
          sort={sort}
          onSort={setSort}
          onKey={keyDown}
          menuFor={menuFor}
          timeLabel={t('trash.column.trashed')}
          timeOf={trashedOf}
          isChecking={state.status === 'checking'}
        />
      )}
      <PurgeDialog question={question} onClose={() => setQuestion(null)} onPurge={purge} />
    </>
  );
}
