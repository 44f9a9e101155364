/** Reading and writing whole texts. */
export interface TextStore {
  /** Up to 5 MiB of UTF-8, and the version that it is. Rejects with `not-text`. */
  readText(node: string): Promise<{ text: string; version: string }>;
  /** A new version on top of `base`; rejects with `changed-since` when another version is current by now. */
  saveText(node: string, text: string, base: string): Promise<{ version: string }>;
}
