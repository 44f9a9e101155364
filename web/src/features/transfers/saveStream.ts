import { Problem } from '../../lib/problem';
import type { ServedContents } from './served';

/** How long the browser may take to ask for the first byte. */
const PATIENCE = 15_000;
/** After the last byte, until the frame is not needed any more. */
const AFTER = 5000;

export interface SaveStream {
  name: string;
  size: number;
  /** Resolves once all bytes are taken. */
  feed(port: MessagePort, start: number, end: number): Promise<void>;
}

/**
 * Lets the browser save a file while it is being verified, piece by piece, as any download:
 * whatever goes wrong makes the download fail. Resolves once the browser has taken all of it;
 * rejects with `not-begun` if it does not even begin, which leaves other ways.
 */
export function saveStream(served: ServedContents, content: SaveStream): Promise<void> {
  return new Promise((resolve, reject) => {
    const frame = document.createElement('iframe');
    const finish = (): void => {
      clearTimeout(timer);
      offer.revoke();
      setTimeout(() => frame.remove(), AFTER);
    };
    const offer = served.offer({
      name: content.name,
      // Never shown, whatever it is.
      mediaType: 'application/octet-stream',
      size: content.size,
      feed: (port, start, end) => {
        clearTimeout(timer);
        content.feed(port, start, end).then(resolve, reject).finally(finish);
      },
    });
    const timer = setTimeout(() => {
      finish();
      reject(new Problem({ code: 'not-begun', message: 'The browser did not begin the download.' }));
    }, PATIENCE);
    frame.hidden = true;
    frame.src = offer.url;
    document.body.append(frame);
  });
}
