import { workerUrl } from '../lib/trustedTypes';

/** How often a page that stays open looks for a newer version. */
const CHECK = 60 * 60_000;

/**
 * Registers the service worker, which keeps the app's shell for when there is no
 * network. A newer version waits until the person agrees, so that no page is changed
 * under anybody's hands; `onReady` is called with what changes to it.
 */
export async function followUpdates(container: ServiceWorkerContainer, onReady: (apply: () => void) => void, reload: () => void): Promise<void> {
  const registration = await container.register(workerUrl('/sw.js'), { scope: '/' });
  const ready = (waiting: ServiceWorker): void =>
    onReady(() => {
      // Another tab may have changed to it, or to a later one: then there is nothing left to wait for.
      if (waiting.state !== 'installed') {
        reload();
        return;
      }
      container.addEventListener('controllerchange', reload, { once: true });
      waiting.postMessage('activate');
    });
  if (registration.waiting !== null && container.controller !== null) ready(registration.waiting);
  const follow = (): void => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      // Without a controller it is the first one, which has nothing to wait for.
      if (installing.state === 'installed' && container.controller !== null) ready(installing);
    });
  };
  // Another tab may have found it just now.
  follow();
  registration.addEventListener('updatefound', follow);
  setInterval(() => void registration.update().catch(() => undefined), CHECK);
}
