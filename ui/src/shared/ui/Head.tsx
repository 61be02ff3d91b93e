import { useEffect, type ReactNode } from 'react';

/** The headline of a page: one sentence with the answer, then one line of why. */
export function Head({ title, lead, children }: { readonly title: string; readonly lead?: ReactNode; readonly children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Espalier`;
  }, [title]);
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {lead !== undefined && <p className="lead">{lead}</p>}
      </div>
      {children}
    </div>
  );
}
