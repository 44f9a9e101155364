/** Numbers and dates in words of the person's locale. Formatters are costly to build, so each is built once. */

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.Collator>();

/** Bytes in steps of 1024, with three significant digits, as file managers show them. */
export function formatBytes(bytes: number, locale: string): string {
  const { value, unit, digits } = scale(bytes);
  return unitFormat(unit, unit === 'byte' ? 'long' : 'short', digits, locale).format(value);
}

/** Every single byte counted. */
export function formatExactBytes(bytes: number, locale: string): string {
  return unitFormat('byte', 'long', 0, locale).format(bytes);
}

export function formatSpeed(bytesPerSecond: number, locale: string): string {
  const { value, unit, digits } = scale(Math.round(bytesPerSecond));
  return unitFormat(`${unit}-per-second`, 'short', digits, locale).format(value);
}

export function formatPercent(fraction: number, locale: string): string {
  const format = cached(`percent ${locale}`, () => new Intl.NumberFormat(locale, { style: 'percent' }));
  return format.format(fraction);
}

/** Today: the time; this year: day and month; else with the year. */
export function formatModified(time: number, now: number, locale: string): string {
  const date = new Date(time);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) {
    return dateFormat('time', locale, { hour: 'numeric', minute: '2-digit' }).format(date);
  }
  if (date.getFullYear() === today.getFullYear()) {
    return dateFormat('day', locale, { day: 'numeric', month: 'short' }).format(date);
  }
  return dateFormat('year', locale, { day: 'numeric', month: 'short', year: 'numeric' }).format(date);
}

/** Today: the time; else day and time, with the year where it is another one. */
export function formatMoment(time: number, now: number, locale: string): string {
  const date = new Date(time);
  const today = new Date(now);
  const clock = { hour: 'numeric', minute: '2-digit' } as const;
  if (date.toDateString() === today.toDateString()) return dateFormat('time', locale, clock).format(date);
  const day = { day: 'numeric', month: 'short' } as const;
  if (date.getFullYear() === today.getFullYear()) return dateFormat('moment', locale, { ...day, ...clock }).format(date);
  return dateFormat('year', locale, { ...day, year: 'numeric' }).format(date);
}

export function formatFullDate(time: number, locale: string): string {
  return dateFormat('full', locale, { dateStyle: 'full', timeStyle: 'short' }).format(new Date(time));
}

/** With the seconds, for what may happen several times a minute. */
export function formatExactTime(time: number, locale: string): string {
  return dateFormat('exact', locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(time));
}

/** Minutes and seconds, as clocks show them: "4:05". */
export function formatCountdown(seconds: number, locale: string): string {
  const two = cached(`two ${locale}`, () => new Intl.NumberFormat(locale, { minimumIntegerDigits: 2, useGrouping: false }));
  const plain = cached(`plain ${locale}`, () => new Intl.NumberFormat(locale, { useGrouping: false }));
  return `${plain.format(Math.floor(seconds / 60))}:${two.format(seconds % 60)}`;
}

/** Rough on purpose: an estimate to the second is a lie. */
export function roundDuration(seconds: number): { unit: 'seconds' | 'minutes' | 'hours'; count: number } {
  if (seconds < 10) return { unit: 'seconds', count: Math.max(1, Math.round(seconds)) };
  if (seconds < 55) return { unit: 'seconds', count: Math.round(seconds / 5) * 5 };
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return { unit: 'minutes', count: Math.max(1, minutes) };
  return { unit: 'hours', count: Math.round(minutes / 60) };
}

export function collator(locale: string): Intl.Collator {
  return cached(`collator ${locale}`, () => new Intl.Collator(locale, { numeric: true, sensitivity: 'base' }));
}

function scale(bytes: number): { value: number; unit: string; digits: number } {
  let value = bytes;
  let step = 0;
  // 1023.5 would be shown as "1,024 MB".
  while (value >= 1023.5 && step < UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  const digits = step === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return { value, unit: UNITS[step] ?? 'byte', digits };
}

function unitFormat(
  unit: string,
  unitDisplay: 'long' | 'short',
  digits: number,
  locale: string,
): Intl.NumberFormat {
  return cached(
    `unit ${locale} ${unit} ${String(digits)}`,
    () => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits }),
  );
}

function dateFormat(name: string, locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return cached(`date ${name} ${locale}`, () => new Intl.DateTimeFormat(locale, options));
}

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.Collator>(key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known as T;
  const made = make();
  cache.set(key, made);
  return made;
}
