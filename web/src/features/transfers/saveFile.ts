/** Longer than any browser needs to begin reading what it is told to save. */
const KEEP = 60_000;

/** Hands a complete, verified file to the browser, which saves it as it saves every download. */
export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEEP);
}
