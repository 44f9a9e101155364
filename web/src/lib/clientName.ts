/** What a user agent says about itself, as far as people care. Names of products, so nothing to translate. */
export interface ClientName {
  program: string | null;
  system: string | null;
  isPhone: boolean;
}

/* The first that fits: browsers claim to be the ones before them. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?(?:iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
  [/^(?:strongroom|Strongroom)\b/, 'Strongroom'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

export function clientName(userAgent: string): ClientName {
  const find = (known: typeof PROGRAMS) => known.find(([pattern]) => pattern.test(userAgent))?.[1] ?? null;
  const system = find(SYSTEMS);
  return { program: find(PROGRAMS), system, isPhone: system === 'iPhone' || (system === 'Android' && /\bMobile\b/.test(userAgent)) };
}
