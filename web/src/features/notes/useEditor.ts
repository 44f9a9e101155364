import type { EditorView } from '@codemirror/view';
import { searchPanelOpen } from '@codemirror/search';
import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react';
import { useText, type Translate } from '../../lib/i18n';
import { startEditor, type EditorOptions } from './startEditor';

interface Editor {
  /** For the element that it lives in. */
  host: { ref: RefObject<HTMLDivElement | null>; tabIndex: 0; onKeyDown: (event: KeyboardEvent) => void; onKeyDownCapture: () => void };
  view: RefObject<EditorView | null>;
}

/** An editor for as long as the component is there. Only `label` and the language are followed; another text is another component. */
export function useEditor({ text, name, label, isReadOnly, isProse, onChange }: Omit<EditorOptions, 'root' | 'phrases'>): Editor {
  const { t } = useText();
  const ref = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const first = useRef({ text, onChange });
  const isSearching = useRef(false);

  useEffect(() => {
    const host = ref.current;
    if (host === null) return;
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open', delegatesFocus: true });
    // What was typed outlives a change of language.
    const doc = first.current.text;
    const editor = startEditor({ root, text: doc, name, label, isReadOnly, isProse, phrases: phrases(t), onChange: () => first.current.onChange?.() });
    view.current = editor;
    root.addEventListener('keydown', keepTab);
    // The first thing in it that can have the focus is the frame around the text, which is of no use to anybody.
    const toText = ({ target }: Event): void => {
      if (target === editor.scrollDOM) editor.contentDOM.focus();
    };
    root.addEventListener('focusin', toText);
    const kept = first.current;
    return () => {
      kept.text = editor.state.doc.toString();
      editor.destroy();
      root.removeEventListener('keydown', keepTab);
      root.removeEventListener('focusin', toText);
      root.replaceChildren();
      view.current = null;
    };
  }, [name, label, isReadOnly, isProse, t]);

  return {
    view,
    host: {
      ref,
      // Where the dialog around it looks for what Tab reaches: it sees no deeper. The focus goes on to what is within.
      tabIndex: 0,
      // Escape belongs to its search as long as that is open, and not to what is around it.
      onKeyDownCapture: () => {
        isSearching.current = view.current !== null && searchPanelOpen(view.current.state);
      },
      onKeyDown: (event) => {
        if (event.key === 'Escape' && isSearching.current) event.stopPropagation();
      },
    },
  };
}

/** Tab goes through the editor's own search before the dialog around it hears of the key. */
function keepTab(event: Event): void {
  const { currentTarget: root, target } = event;
  if (!(event instanceof KeyboardEvent) || event.key !== 'Tab' || !(root instanceof ShadowRoot)) return;
  const stops = [...root.querySelectorAll<HTMLElement>('input, button, [contenteditable="true"], [tabindex="0"]')];
  const next = stops.findIndex((stop) => stop === target) + (event.shiftKey ? -1 : 1);
  if (stops[next] !== undefined) event.stopPropagation();
}

function phrases(t: Translate): Record<string, string> {
  return {
    Find: t('editor.find'),
    Replace: t('editor.replace'),
    next: t('editor.find.next'),
    previous: t('editor.find.previous'),
    all: t('editor.find.all'),
    'match case': t('editor.find.case'),
    'by word': t('editor.find.word'),
    regexp: t('editor.find.regexp'),
    replace: t('editor.replace.one'),
    'replace all': t('editor.replace.all'),
    close: t('app.close'),
    'current match': t('editor.find.current'),
    'on line': t('editor.find.line'),
    'replaced match on line $': t('editor.replaced.line', { line: '$' }),
    'replaced $ matches': t('editor.replaced.count', { matches: '$' }),
    'Control character': t('editor.control'),
  };
}
