/** What was typed after it was sent: it is not what was stored, and stays in its field. */
export function stillTyped<Typed extends Readonly<Record<string, string | undefined>>>(now: Typed, sent: Typed): Partial<Typed> {
  return Object.fromEntries(Object.entries(now).filter(([field, value]) => value !== sent[field])) as Partial<Typed>;
}
