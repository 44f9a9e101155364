import { useEffect, useState } from 'react';

/** Whole seconds of a wait of `seconds` that began when this was first shown; 0 once it is over. */
export function useCountdown(seconds: number): number {
  const [end] = useState(() => performance.now() + seconds * 1000);
  const [left, setLeft] = useState(Math.ceil(seconds));
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((end - performance.now()) / 1000))), 250);
    return () => clearInterval(timer);
  }, [end, left]);
  return left;
}
