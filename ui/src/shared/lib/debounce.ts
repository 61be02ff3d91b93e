import { useEffect, useState } from 'react';

/** A value once it has rested for a while. */
export function useRested<T>(value: T, millis: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setRested(value), millis);
    return () => window.clearTimeout(timer);
  }, [value, millis]);
  return rested;
}
