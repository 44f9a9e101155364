import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, indentOnInput, LanguageDescription, syntaxHighlighting } from '@codemirror/language';
import { languages } from '@codemirror/language-data';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export interface EditorOptions {
  /** It has to be a shadow root: only there are styles added without a `<style>` element, which the content security policy forbids. */
  root: ShadowRoot;
  text: string;
  /** Its ending tells the language. */
  name: string;
  /** Read aloud. */
  label: string;
  isReadOnly: boolean;
  /** Prose is set like prose, without numbers beside the lines. */
  isProse: boolean;
  /** The editor's own words, by their English ones. */
  phrases: Readonly<Record<string, string>>;
  onChange?: () => void;
}

/** An editor, or a viewer, for text. `destroy` it when it goes. */
export function startEditor({ root, text, name, label, isReadOnly, isProse, phrases, onChange }: EditorOptions): EditorView {
  const language = new Compartment();
  const editing: Extension = isReadOnly
    ? [EditorState.readOnly.of(true), EditorView.editable.of(false), keymap.of(searchKeymap)]
    : [history(), indentOnInput(), keymap.of([...searchKeymap, ...historyKeymap, ...defaultKeymap])];
  const view = new EditorView({
    parent: root,
    root,
    doc: text,
    extensions: [
      editing,
      language.of([]),
      isProse ? [] : lineNumbers(),
      highlightSpecialChars(),
      bracketMatching(),
      highlightSelectionMatches(),
      search({ top: true }),
      EditorView.lineWrapping,
      EditorView.perLineTextDirection.of(true),
      EditorState.phrases.of(phrases),
      // What is only read has to be reached with the keyboard as well.
      EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: String(isProse && !isReadOnly), ...(isReadOnly ? { tabindex: '0' } : {}) }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange?.();
      }),
      // What comes first prevails.
      isProse ? proseLook : [],
      look,
      isReadOnly ? readingLook : [],
      syntaxHighlighting(colours),
    ],
  });
  const description = LanguageDescription.matchFilename(languages, name);
  // Without its colours it is still the text.
  description?.load().then(
    (support) => view.dispatch({ effects: language.reconfigure(support) }),
    () => undefined,
  );
  return view;
}

const look = EditorView.theme({
  '&': { blockSize: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: 'var(--editor-size, 13px)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px', overflow: 'auto', touchAction: 'pan-y pinch-zoom' },
  '.cm-content': { caretColor: 'var(--text)', padding: '12px 0', outline: 'none' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--text-muted)', border: 'none', paddingInlineStart: '8px' },
  '.cm-panels': { backgroundColor: 'var(--bg)', color: 'var(--text)', borderBlockEnd: '1px solid var(--border) !important', fontFamily: 'var(--font)' },
  '.cm-panel.cm-search': { padding: '8px 32px 8px 8px', fontSize: '13px' },
  '.cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label': { fontSize: '13px', fontFamily: 'var(--font)' },
  '.cm-textfield': { backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--border-strong)', borderRadius: '6px', padding: '3px 6px' },
  '.cm-button': { backgroundImage: 'none', backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--border-strong)', borderRadius: '6px', padding: '3px 8px' },
  '.cm-panel.cm-search [name=close]': { color: 'var(--text)', fontSize: '18px', inlineSize: '28px', blockSize: '28px' },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)', outline: '1px solid var(--warn-border)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--accent-soft)', outline: '2px solid var(--accent)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--accent-soft)' },
});

/** Without a caret nothing else shows that the keyboard is here. */
const readingLook = EditorView.theme({
  '&:has(.cm-content:focus-visible)': { outline: '2px solid var(--focus) !important', outlineOffset: '-2px' },
});

const proseLook = EditorView.theme({
  '.cm-scroller': { fontFamily: 'var(--font)', lineHeight: '24px' },
  '.cm-content': { maxInlineSize: '760px', marginInline: 'auto', padding: '24px 0 96px', flexBasis: '760px' },
  '.cm-line': { padding: '0 24px' },
  '&': { fontSize: 'var(--editor-prose-size, 15px)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.unit], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--text-muted)', fontStyle: 'italic' },
  { tag: [tags.meta, tags.processingInstruction], color: 'var(--text-muted)' },
  { tag: [tags.typeName, tags.className, tags.tagName, tags.namespace], color: 'var(--code-type)' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.attributeName, tags.labelName], color: 'var(--code-name)' },
  { tag: tags.heading, fontWeight: '600' },
  { tag: tags.heading1, fontSize: '1.35em' },
  { tag: tags.heading2, fontSize: '1.2em' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: [tags.link, tags.url], color: 'var(--accent-text)' },
  { tag: tags.monospace, fontFamily: 'var(--mono)', color: 'var(--code-string)' },
  { tag: tags.quote, color: 'var(--text-muted)' },
  { tag: tags.invalid, color: 'var(--danger-text)' },
]);
