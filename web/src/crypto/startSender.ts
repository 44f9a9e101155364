import { workerUrl } from '../lib/trustedTypes';
import senderUrl from './sender.worker?worker&url';

/** Where the build puts the thread's script. */
const SCOPE = '/assets/direct/';
/** Milliseconds after which it starts without. */
const PATIENCE = 5000;

let ready: Promise<void> | null = null;

/**
 * Starts the thread that sends what is large. Browsers copy the body of every request of a page,
 * or of its threads, for the service worker, also of those that it lets pass, and keep the copies
 * until it is cleaned up, which a large upload does not wait for. So this thread's script lies
 * where another service worker is responsible, one that hears of no requests (`direct.js`).
 */
export async function startSender(): Promise<Worker> {
  ready ??= goDirect(navigator.serviceWorker as ServiceWorkerContainer | undefined).catch(() => {
    // Sent all the same, with more memory; asked for again with the next thread.
    ready = null;
  });
  await ready;
  return new Worker(workerUrl(senderUrl), { type: 'module', name: 'sender' });
}

async function goDirect(container: ServiceWorkerContainer | undefined): Promise<void> {
  // Without one, nothing is copied; in development there is none.
  if (container === undefined || !import.meta.env.PROD) return;
  const { installing, waiting, active } = await container.register(workerUrl('/direct.js'), { scope: SCOPE });
  const worker = active ?? waiting ?? installing;
  if (worker === null || worker.state === 'activated') return;
  await new Promise<void>((resolve) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated' || worker.state === 'redundant') resolve();
    });
    setTimeout(resolve, PATIENCE);
  });
}
