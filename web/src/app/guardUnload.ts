/** Asks before the page is left while transfers are under way. */
export function guardUnload(isBusy: () => boolean): void {
  globalThis.addEventListener('beforeunload', (event) => {
    if (isBusy()) event.preventDefault();
  });
}
