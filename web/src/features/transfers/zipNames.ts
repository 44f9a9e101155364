/** Bytes of a name that every file system takes. */
const MOST = 255;
/** What Windows opens as a device, whatever comes after a dot. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i;

/**
 * Names that every system can unpack into one folder, in the order of the given ones: nothing that leads out
 * of the folder or is a device, and none that a system could take for another's.
 */
export function zipNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((given) => {
    const name = cleanName(given);
    let unique = name;
    for (let number = 2; taken.has(keyOf(unique)); number++) unique = numbered(name, number);
    taken.add(keyOf(unique));
    return unique;
  });
}

export function cleanName(name: string): string {
  const harmless = name
    .normalize('NFC')
    // Halves of characters, which UTF-8 has no bytes for.
    .replace(/\p{Cs}/gu, '_')
    .replace(/[\p{Cc}<>:"/\\|?*]/gu, '_');
  const whole = shortened(harmless, MOST).replace(/[. ]+$/, '').replace(/^ +/, '');
  if (whole === '') return '_';
  return DEVICE.test(whole) ? shortened(`_${whole}`, MOST) : whole;
}

/** `photo.jpg` becomes `photo (2).jpg`. */
function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 && name.length - dot <= 16 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const mark = ` (${number})`;
  return shortened(stem, MOST - bytesOf(mark + ending)) + mark + ending;
}

/** As many whole characters as fit into so many bytes. */
function shortened(name: string, most: number): string {
  if (bytesOf(name) <= most) return name;
  let [kept, bytes] = ['', 0];
  for (const character of name) {
    bytes += bytesOf(character);
    if (bytes > most) break;
    kept += character;
  }
  return kept;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The same for names that some systems do not tell apart. */
function keyOf(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFC');
}
