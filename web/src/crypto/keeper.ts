import { Problem } from '../lib/problem';
import { workerUrl } from '../lib/trustedTypes';
import type { Keeper } from './keeper.worker';
import keeperUrl from './keeper.worker?worker&url';
import { connect, type Remote } from './rpc';

export type {
  Feed,
  FeedStep,
  FileToUpload,
  FinishedUpload,
  LoadedPieces,
  OpenedDownload,
  OpenedVault,
  PlannedDownload,
  PlannedUpload,
  ReopenedUpload,
  Step,
} from './keeper.worker';

export interface RunningKeeper {
  remote: Remote<Keeper>;
  /** False once its script could not be loaded: start another. */
  readonly isAlive: boolean;
  /** Ends the thread, and with it every key. Calls under way reject with `locked`. */
  end(): void;
}

/** A fresh thread without any account. It compiles the module at once. */
export function startKeeper(): RunningKeeper {
  const worker = new Worker(workerUrl(keeperUrl), { type: 'module', name: 'keeper' });
  const connection = connect<Keeper, object>(worker, {});
  let isAlive = true;
  worker.addEventListener('error', (event) => {
    isAlive = false;
    connection.close(new Problem({ code: 'server-unreachable', message: event.message || 'The keeper could not be started.' }));
  });
  return {
    remote: connection.remote,
    get isAlive() {
      return isAlive;
    },
    end() {
      worker.terminate();
      connection.close(new Problem({ code: 'locked', message: 'The vault was locked.' }));
    },
  };
}
