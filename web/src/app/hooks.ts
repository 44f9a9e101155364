import { createContext, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react';

import type { App, AppState, FolderState } from './contract';

/** Provided once, around the whole page. */
export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('useApp needs an AppContext around it');
  return app;
}

/**
 * A part of the state; the component renders again only when that part changes.
 * A selector that builds an object each time is fine as long as its fields are
 * the same: results are compared one level deep.
 */
export function useAppState<Selected>(selector: (state: AppState) => Selected): Selected {
  const app = useApp();
  const last = useRef<{ state: AppState; selector: typeof selector; selected: Selected } | null>(null);
  const snapshot = useCallback((): Selected => {
    const state = app.getState();
    const before = last.current;
    if (before !== null && before.state === state && before.selector === selector) return before.selected;
    let selected = selector(state);
    if (before !== null && sameFields(before.selected, selected)) selected = before.selected;
    last.current = { state, selector, selected };
    return selected;
  }, [app, selector]);
  return useSyncExternalStore(useCallback((listener) => app.subscribe(listener), [app]), snapshot);
}

/** A folder as it is known now; mounting it fetches and checks it. */
export function useFolder(id: string): FolderState {
  const app = useApp();
  const subscribe = useCallback((listener: () => void) => app.watchFolder(id, listener), [app, id]);
  return useSyncExternalStore(subscribe, useCallback(() => app.getFolder(id), [app, id]));
}

/** The answer to a question about the tree, asked again whenever the tree changes; undefined until there is one. */
export function useTree<Answer>(ask: (app: App) => Promise<Answer>): Answer | undefined {
  const app = useApp();
  const version = useSyncExternalStore(useCallback((listener) => app.watchTree(listener), [app]), () => app.treeVersion());
  const [answer, setAnswer] = useState<{ ask: typeof ask; answer: Answer }>();
  useEffect(() => {
    let current = true;
    ask(app).then(
      (next) => {
        if (current) setAnswer({ ask, answer: next });
      },
      // A vault that was locked meanwhile; the page goes with it.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [app, ask, version]);
  return answer?.ask === ask ? answer.answer : undefined;
}

function sameFields(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const before = Object.entries(a);
  const after = new Map(Object.entries(b));
  return before.length === after.size && before.every(([key, value]) => after.has(key) && Object.is(after.get(key), value));
}
