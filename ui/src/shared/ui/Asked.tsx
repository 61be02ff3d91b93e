import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';

/** What is not there yet, and the one command that brings it. */
export function Empty({ title, children, command }: { readonly title: string; readonly children: ReactNode; readonly command: string }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      <code>{command}</code>
    </div>
  );
}

/** Holds the place of a page that is on its way. */
export function Waiting() {
  return (
    <div aria-busy="true" role="status">
      <span className="visually-hidden">Loading</span>
      <div className="skeleton" />
      <div className="skeleton tall" />
    </div>
  );
}

/** Waits in the shape of the page, says what went wrong, and then shows the answer. */
export function Asked<T>({ query, missing, children }: {
  readonly query: UseQueryResult<T>;
  readonly missing?: ReactNode;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isPending) return <Waiting />;
  if (missing !== undefined && query.error instanceof ApiError && query.error.status === 404) return <>{missing}</>;
  return (
    <p className="wrong" role="alert">
      {query.error instanceof Error ? query.error.message : 'The server cannot be reached.'}
    </p>
  );
}
