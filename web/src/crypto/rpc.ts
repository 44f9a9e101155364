import type { AppError } from '../app/contract';
import { Problem, toProblem } from '../lib/problem';

/** What one side offers to the other: named functions over structured-cloneable values. */
export type Methods<Interface> = { [Name in keyof Interface]: (...args: never[]) => unknown };

/** The other side's functions, as seen from here. */
export type Remote<Interface extends Methods<Interface>> = {
  [Name in keyof Interface]: (...args: Parameters<Interface[Name]>) => Promise<Awaited<ReturnType<Interface[Name]>>>;
};

/** The part of Worker, MessagePort and DedicatedWorkerGlobalScope that is needed. */
export interface Endpoint {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

type Message =
  | { kind: 'call'; id: number; name: string; args: unknown[] }
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: AppError };

export interface Connection<Theirs extends Methods<Theirs>> {
  remote: Remote<Theirs>;
  /** Rejects everything that waits for an answer, and every later call. */
  close: (reason: Problem) => void;
}

/**
 * Connects two threads: each serves its own functions and calls the other's.
 * Everything is copied but arguments that are ports or buffers, which move (what only looks at a buffer is copied);
 * whatever else is large crosses as a File or a Blob, which are handles.
 */
export function connect<Theirs extends Methods<Theirs>, Ours extends Methods<Ours>>(endpoint: Endpoint, ours: Ours): Connection<Theirs> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Problem) => void }>();
  let nextId = 1;
  let closed: Problem | null = null;

  const send = (message: Message): void =>
    endpoint.postMessage(message, message.kind === 'call' ? message.args.filter((arg): arg is Transferable => arg instanceof MessagePort || arg instanceof ArrayBuffer) : []);

  const serve = async ({ id, name, args }: Extract<Message, { kind: 'call' }>): Promise<void> => {
    try {
      const method: unknown = Object.hasOwn(ours, name) ? Reflect.get(ours, name) : undefined;
      if (typeof method !== 'function') throw new Problem({ code: 'internal', message: `no method ${name}` });
      const value: unknown = await Reflect.apply(method, ours, args);
      send({ kind: 'result', id, value });
    } catch (error) {
      send({ kind: 'error', id, error: toProblem(error).toJSON() });
    }
  };

  endpoint.addEventListener('message', (event: MessageEvent<Message>) => {
    const message = event.data;
    if (message.kind === 'call') {
      void serve(message);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'result') call?.resolve(message.value);
    else call?.reject(new Problem(message.error));
  });

  const call = (name: string, args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed !== null) {
        reject(closed);
        return;
      }
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      send({ kind: 'call', id, name, args });
    });

  return {
    remote: new Proxy({} as Remote<Theirs>, {
      // A proxy that answered to `then` would be taken for a promise.
      get: (_target, name) => (typeof name === 'string' && name !== 'then' ? (...args: unknown[]) => call(name, args) : undefined),
    }),
    close(reason) {
      closed = reason;
      for (const { reject } of waiting.values()) reject(reason);
      waiting.clear();
    },
  };
}
