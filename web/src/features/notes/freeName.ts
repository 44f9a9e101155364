import { stemLength } from '../../lib/fileNames';

/** The name, or the first one with a number before its ending that nothing else in the folder has. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const same = new Set([...taken].map((other) => other.toLocaleLowerCase()));
  const stem = name.slice(0, stemLength(name));
  const ending = name.slice(stem.length);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${stem} ${String(number)}${ending}`;
    if (!same.has(candidate.toLocaleLowerCase())) return candidate;
  }
}
