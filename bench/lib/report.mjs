// RESULTS.md and the charts, made of results/*.json: one part can be measured again alone.

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { chart, number } from './charts.mjs';
import { median } from './figures.mjs';

const bench = join(import.meta.dirname, '..');

export async function report() {
  const names = (await readdir(join(bench, 'results'))).filter((name) => name.endsWith('.json')).sort();
  const parts = await Promise.all(names.map(async (name) => JSON.parse(await readFile(join(bench, 'results', name), 'utf8'))));
  const charts = join(bench, 'charts');
  await rm(charts, { recursive: true, force: true });
  await mkdir(charts);
  const sections = [];
  for (const part of parts) sections.push(await section(part, charts));
  const head = `# Results

Made by \`make bench\` from \`results/\`; do not edit. Programs that are compared run in turns (A B A B …) in one run, after one
round that is not counted: ratios mean something, single figures less. Figures are medians over the rounds, with the smallest and the largest
beside them; a ratio is one of medians, with the smallest and the largest of a single round beside it. [README.md](README.md) says how to
measure it again.

${summary(parts)}
`;
  await writeFile(join(bench, 'RESULTS.md'), [head, ...sections].join('\n'));
}

function summary(parts) {
  const rows = parts.flatMap(({ id, goals }) => goals.map((goal) => `| ${id} | ${goal.what} | ${goal.op} ${figure(goal, goal.limit)} | ${spread(goal)} | ${goal.met ? 'yes' : '**no**'} |`));
  return ['| | what | goal | found | met |', '|---|---|---:|---:|---|', ...rows].join('\n');
}

async function section(part, charts) {
  const lines = [`## ${part.id}: ${part.title}`, '', `${part.rounds} round${part.rounds === 1 ? '' : 's'}${part.rounds < 5 ? ', **a trial: too few to rely on**' : ''}, ${part.measured.slice(0, 10)}, ${part.machine}, commit ${part.commit}.`, '', part.text, ''];
  for (const one of part.tables) {
    lines.push(`**${one.title}**`, '');
    if (one.name !== null) {
      await writeFile(join(charts, `${one.name}.svg`), chart(one));
      lines.push(`![${one.title}](charts/${one.name}.svg)`, '');
    }
    lines.push(table(one), '');
  }
  for (const note of part.notes ?? []) lines.push(`* ${note}`);
  if (part.notes?.length > 0) lines.push('');
  const missed = part.goals.filter(({ met }) => !met).map(({ what }) => what);
  const why = join(bench, 'profiles', `${part.id}.md`);
  if (missed.length > 0) {
    lines.push(`Missed: ${missed.join('; ')}.`, '');
    if (existsSync(why)) lines.push((await readFile(why, 'utf8')).trim(), '');
  }
  if (part.versions.length > 0) lines.push(`With ${part.versions.join('; ')}.`, '');
  if (part.commands.length > 0) lines.push('```sh', ...part.commands, '```', '');
  return lines.join('\n');
}

function table({ unit, digits = 0, higher, ratio = true, rows }) {
  const [first] = rows;
  const compared = ratio && rows.length > 1;
  const cell = (value) => number(value, digits);
  const body = rows.map(({ name, values }) => {
    const against = higher ? median(first.values) / median(values) : median(values) / median(first.values);
    const cells = [name, cell(median(values)), cell(Math.min(...values)), cell(Math.max(...values)), ...(compared ? [against.toFixed(2)] : [])];
    return `| ${cells.join(' | ')} |`;
  });
  const heading = ['', `median, ${unit}`, 'min', 'max', ...(compared ? [higher ? 'the first is × this' : 'this is × the first'] : [])];
  return [`| ${heading.join(' | ')} |`, `|---${'|---:'.repeat(heading.length - 1)}|`, ...body].join('\n');
}

const figure = ({ unit, digits }, value) => (unit === '×' ? `${number(value, digits)} ×` : `${number(value, digits)} ${unit}`);
const spread = (goal) => `${figure(goal, goal.value)}${goal.min === goal.max ? '' : ` (${number(goal.min, goal.digits)} to ${number(goal.max, goal.digits)})`}`;
