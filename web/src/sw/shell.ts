/** What the service worker keeps: made by the build from what it has written. */
export interface Shell {
  /** Changes with any of the files. */
  version: string;
  /** Paths from the root, and SHA-256 of each in hexadecimal. */
  files: readonly (readonly [path: string, hash: string])[];
}
