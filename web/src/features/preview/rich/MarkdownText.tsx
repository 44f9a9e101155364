import { useMemo } from 'react';
import { fromMarkdown } from './fromMarkdown';
import { RichText } from './RichText';

/** Markdown as it is meant. */
export default function MarkdownText({ text }: { text: string }) {
  const nodes = useMemo(() => fromMarkdown(text), [text]);
  return <RichText nodes={nodes} />;
}
