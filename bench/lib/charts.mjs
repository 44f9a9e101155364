// Bar charts as SVG, on a ground of their own, so that they can be read whatever is around them.

import { median } from './figures.mjs';

const WIDTH = 760;
const NAMES = 330;
const VALUES = 150;
const ROW = 26;

const style = `
  .ground { fill: #ffffff; } text { fill: #1f2a24; font: 13px system-ui, sans-serif; }
  .title { font-weight: 600; } .bar { fill: #9fb3a8; } .ours { fill: #14805e; } .reach { stroke: #1f2a24; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #131916; } text { fill: #e2e9e5; } .bar { fill: #55665d; } .ours { fill: #35b088; } .reach { stroke: #e2e9e5; }
  }`;

/** One bar a row, as long as its median, with a line from the smallest to the largest figure. */
export function chart({ title, unit, digits = 0, rows }) {
  // Where nothing is compared with others, all of it is ours.
  const ours = ({ name }) => name.startsWith('Strongroom') || !rows.some((row) => row.name.startsWith('Strongroom'));
  const most = Math.max(...rows.flatMap(({ values }) => values));
  const room = WIDTH - NAMES - VALUES;
  const x = (value) => NAMES + (value / most) * room;
  const height = 40 + rows.length * ROW + 8;
  const bars = rows.map((row, index) => {
    const { name, values } = row;
    const y = 40 + index * ROW;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const reach = values.length > 1 ? `<line class="reach" x1="${n(x(low))}" x2="${n(x(high))}" y1="${y + 9}" y2="${y + 9}"/>` : '';
    const value = `${number(median(values), digits)} ${unit}`;
    return `<text x="${NAMES - 8}" y="${y + 14}" text-anchor="end">${escape(name)}</text>
<rect class="${ours(row) ? 'ours' : 'bar'}" x="${NAMES}" y="${y}" width="${n(Math.max(1, x(median(values)) - NAMES))}" height="18" rx="2"/>${reach}
<text x="${n(x(high) + 8)}" y="${y + 14}">${escape(value)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}">
<style>${style}
</style>
<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>
<text class="title" x="12" y="24">${escape(`${title}, ${unit}`)}</text>
${bars.join('\n')}
</svg>
`;
}

export function number(value, digits) {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const n = (value) => value.toFixed(1);
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
