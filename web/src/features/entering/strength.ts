import { useEffect, useState } from 'react';

/** 0: guessed at once … 4: out of reach, as zxcvbn counts. */
export type Score = 0 | 1 | 2 | 3 | 4;

/** Whoever runs the server can try passwords offline, so nothing below "good" is taken. */
export const MIN_SCORE: Score = 3;

type Estimate = (password: string, known: string[]) => Score;

let loading: Promise<Estimate> | null = null;

/** The dictionaries are large, so they are loaded only where a password is about to be chosen. */
function loadEstimate(): Promise<Estimate> {
  loading ??= import('./zxcvbn').then(
    ({ estimate }) => estimate,
    (reason: unknown) => {
      loading = null;
      throw reason;
    },
  );
  return loading;
}

/** Starts loading what scoring needs; whether that went well shows when scoring. */
export function prepareScoring(): void {
  loadEstimate().catch(() => undefined);
}

/** How hard a password is to guess. If the dictionaries cannot be had, long counts as good. */
export async function scorePassword(password: string, email: string): Promise<Score> {
  try {
    const estimate = await loadEstimate();
    return estimate(password, ['strongroom', ...email.split(/[@.]/)]);
  } catch {
    return password.length >= 16 ? 3 : 1;
  }
}

/** The score of what is being typed; null while it is empty or still being worked out. */
export function useScore(password: string, email: string): Score | null {
  const [known, setKnown] = useState<{ password: string; score: Score } | null>(null);
  useEffect(() => {
    if (password === '') return undefined;
    let isCurrent = true;
    const timer = setTimeout(() => {
      void scorePassword(password, email).then((score) => {
        if (isCurrent) setKnown({ password, score });
      });
    }, 80);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [password, email]);
  if (password === '' || known === null) return null;
  // The last score stays until the next one is there, so that the meter does not flicker.
  return known.score;
}
