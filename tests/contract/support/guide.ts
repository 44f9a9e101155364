import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const GUIDE = readFileSync(join(__dirname, '../../../docs/API.md'), 'utf8');

/** The guide's example of this name, as it stands there. */
export function example(name: string): string {
  const block = GUIDE.split(`<!-- example: ${name} -->\n\`\`\`javascript\n`)[1];
  if (block === undefined) throw new Error(`docs/API.md has no example ${name}`);
  return block.split('```')[0]!;
}

/** The rows of the table below this heading, without its head; code marks are taken off. */
export function table(heading: string): string[][] {
  const section = GUIDE.split(new RegExp(`^#+ ${heading}$`, 'm'))[1];
  if (section === undefined) throw new Error(`docs/API.md has no section ${heading}`);
  const lines = section.split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const rest = lines.slice(first);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(2, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
