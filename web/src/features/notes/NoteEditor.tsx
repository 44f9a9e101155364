import { Eye, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { AppError } from '../../app/contract';
import { asAppError } from '../../lib/appError';
import { useText } from '../../lib/i18n';
import { ROOMY, useMedia } from '../../lib/useMedia';
import { watchUnsaved } from '../../lib/unsaved';
import { Button, IconButton } from '../../ui/Button';
import { Dialog as Question } from '../../ui/Dialog';
import { Progress } from '../../ui/Progress';
import { errorWords } from '../errors/errorWords';
import { PreviewFailed } from '../preview/PreviewFailed';
import { PreviewHeader, PreviewWindow } from '../preview/PreviewWindow';
import frame from '../preview/Preview.module.css';
import viewing from '../preview/viewers/Viewing.module.css';
import { Autosave, type SaveState } from './autosave';
import { Conflict } from './Conflict';
import type { Note } from './makeNote';
import css from './NoteEditor.module.css';
import editor from './Editor.module.css';
import type { TextStore } from './textStore';
import { useEditor } from './useEditor';

const MarkdownText = lazy(() => import('../preview/rich/MarkdownText'));

/** The other side follows the typing so many milliseconds later. */
const FOLLOW = 200;

interface NoteEditorProps {
  note: Note;
  store: TextStore;
  /** Stores a text beside the note, under a name like its own; gives that name. */
  saveCopy: (text: string) => Promise<string>;
  onClose: () => void;
  onDownload: () => void;
}

type Loaded = { status: 'loading' } | { status: 'failed'; error: AppError } | { status: 'ready'; text: string; version: string };

/** A text over the whole window, stored as it is typed; each time it is stored is a version. */
export default function NoteEditor(props: NoteEditorProps) {
  const { note, store, onClose, onDownload } = props;
  const { t } = useText();
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' });
  const [attempt, setAttempt] = useState(0);
  const close = useRef(onClose);

  useEffect(() => {
    let isGone = false;
    const show = (next: Loaded) => {
      if (!isGone) setLoaded(next);
    };
    store.readText(note.id).then(
      ({ text, version }) => show({ status: 'ready', text, version }),
      (error: unknown) => show({ status: 'failed', error: asAppError(error) }),
    );
    return () => {
      isGone = true;
    };
  }, [store, note.id, attempt]);

  return (
    <PreviewWindow label={t('note.title', { name: note.name })} onClose={() => close.current()}>
      {loaded.status === 'ready' ? (
        <Writing
          {...props}
          stored={loaded}
          onCloseReady={(ask) => {
            close.current = ask;
          }}
        />
      ) : (
        <>
          <header className={frame.header}>
            <IconButton label={t('note.close')} icon={<X size={18} />} onPress={onClose} />
            <h2 className={frame.name}>{note.name}</h2>
          </header>
          {loaded.status === 'failed' ? (
            <PreviewFailed error={loaded.error} onDownload={onDownload} onRetry={() => setAttempt(attempt + 1)} />
          ) : (
            <div className={viewing.loading} role="status">
              <span>{t('preview.loading')}</span>
              <Progress label={t('preview.loading')} value={null} />
            </div>
          )}
        </>
      )}
    </PreviewWindow>
  );
}

interface WritingProps extends NoteEditorProps {
  stored: { text: string; version: string };
  /** Hands out what closing does: it stores first, and asks if it cannot. */
  onCloseReady: (close: () => void) => void;
}

function Writing({ note, store, stored, saveCopy, onClose, onCloseReady }: WritingProps) {
  const { t, locale } = useText();
  const isRoomy = useMedia(ROOMY);
  const isMarkdown = /\.(?:md|markdown)$/i.test(note.name);
  const [hasPreview, setPreview] = useState(false);
  const [shown, setShown] = useState(stored.text);
  const [state, setState] = useState<SaveState>({ status: 'saved' });
  const [isLeaving, setLeaving] = useState(false);

  const change = useRef<() => void>(() => undefined);
  const [onChange] = useState(() => () => change.current());
  const { host, view } = useEditor({ text: stored.text, name: note.name, label: t('note.text', { name: note.name }), isReadOnly: false, isProse: isMarkdown || /\.txt$/i.test(note.name), onChange });
  // Lines end as they did before.
  const [lineEnd] = useState(() => (stored.text.includes('\r\n') ? '\r\n' : '\n'));
  const [autosave] = useState(
    () =>
      new Autosave({
        ...stored,
        save: (text, base) => store.saveText(note.id, text, base),
        onState: setState,
      }),
  );

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    change.current = () => {
      const text = view.current?.state.doc.toString() ?? '';
      autosave.change(lineEnd === '\n' ? text : text.replaceAll('\n', lineEnd));
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => setShown(text), FOLLOW);
    };
    return () => {
      if (timer !== null) clearTimeout(timer);
      change.current = () => undefined;
    };
  }, [autosave, view, lineEnd]);

  useEffect(() => {
    const unwatch = watchUnsaved({ isDirty: () => autosave.isDirty, save: () => autosave.flush() });
    // Whoever goes elsewhere may not come back to this page.
    const save = () => void autosave.flush();
    window.addEventListener('blur', save);
    document.addEventListener('visibilitychange', save);
    return () => {
      unwatch();
      window.removeEventListener('blur', save);
      document.removeEventListener('visibilitychange', save);
    };
  }, [autosave]);

  useEffect(() => {
    view.current?.focus();
  }, [view]);

  const close = () => {
    void autosave.flush().then((isStored) => {
      if (isStored) onClose();
      else setLeaving(true);
    });
  };
  useEffect(() => onCloseReady(close));

  const replace = (text: string, version: string) => {
    autosave.accept(text, version);
    const editorView = view.current;
    editorView?.dispatch({ changes: { from: 0, to: editorView.state.doc.length, insert: text } });
    setShown(text);
  };
  const isSplit = isRoomy && hasPreview;
  return (
    <>
      <PreviewHeader
        entry={{ kind: 'file', name: note.name, mediaType: '' }}
        closeLabel={t('note.close')}
        onClose={close}
        facts={state.status === 'failed' ? t('note.failed', { why: errorWords(state.error, t, locale) }) : t(`note.${state.status}`)}
        isProblem={state.status === 'failed' || state.status === 'conflict'}
        isStatus
      >
        {isMarkdown && <IconButton label={t('note.preview')} icon={<Eye size={18} />} aria-pressed={hasPreview} onPress={() => setPreview(!hasPreview)} />}
      </PreviewHeader>
      <div className={css.sides} onBlur={() => void autosave.flush()}>
        <div {...host} data-keys="own" className={`${editor.host ?? ''} ${hasPreview && !isSplit ? css.hidden ?? '' : ''}`} />
        {hasPreview && (
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached with the keyboard
          <div className={css.preview} role="region" aria-label={t('preview.title', { name: note.name })} tabIndex={0}>
            <Suspense fallback={null}>
              <MarkdownText text={shown} />
            </Suspense>
          </div>
        )}
      </div>
      {state.status === 'conflict' && (
        <Conflict note={note} store={store} autosave={autosave} saveCopy={saveCopy} onReplace={replace} />
      )}
      <Question
        role="alertdialog"
        isOpen={isLeaving && state.status !== 'conflict'}
        onClose={() => setLeaving(false)}
        title={t('note.leave')}
        actions={
          <>
            <Button onPress={() => setLeaving(false)}>{t('note.leave.stay')}</Button>
            <Button
              look="danger"
              onPress={() => {
                autosave.end();
                onClose();
              }}
            >
              {t('note.leave.anyway')}
            </Button>
          </>
        }
      >
        <p>{state.status === 'failed' ? t('note.failed', { why: errorWords(state.error, t, locale) }) : t('note.leave.text')}</p>
      </Question>
    </>
  );
}
