import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { fold, initialStream, parseEvent, viewsTouchedBy, type StreamState } from './stream';

const Live = createContext<StreamState>(initialStream);

/** How long changes are gathered before the pages ask again; a replay sends hundreds per second. */
const GATHER_MILLIS = 300;

/** Opens the one event stream; every change makes the right views ask again. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [state, setState] = useState(initialStream);

  useEffect(() => {
    const touched = new Set<string>();
    let newest = initialStream;
    let timer: number | undefined;
    const flush = () => {
      timer = undefined;
      const views = new Set(touched);
      touched.clear();
      setState(newest);
      void queries.invalidateQueries({ predicate: (query) => views.has(String(query.queryKey[0])) });
    };
    const source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => {
      newest = { ...newest, connected: true };
      setState(newest);
    });
    source.addEventListener('change', (message) => {
      const event = parseEvent(String(message.data));
      if (!event) return;
      newest = fold(newest, event);
      for (const view of viewsTouchedBy(event.type)) touched.add(view);
      timer ??= window.setTimeout(flush, GATHER_MILLIS);
    });
    source.addEventListener('error', () => {
      newest = { ...newest, connected: false };
      setState(newest);
    });
    return () => {
      window.clearTimeout(timer);
      source.close();
    };
  }, [queries]);

  return <Live.Provider value={state}>{children}</Live.Provider>;
}

export function useLive(): StreamState {
  return useContext(Live);
}
