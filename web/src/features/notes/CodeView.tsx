import css from './Editor.module.css';
import { useEditor } from './useEditor';

interface CodeViewProps {
  text: string;
  /** Its ending tells the language. */
  name: string;
  label: string;
}

/** Text to read, of any length: only what is on the screen is drawn. */
export function CodeView({ text, name, label }: CodeViewProps) {
  const { host } = useEditor({ text, name, label, isReadOnly: true, isProse: /\.(?:md|markdown|txt)$/i.test(name) });
  return <div {...host} className={css.host} />;
}
