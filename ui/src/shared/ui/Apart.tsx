import type { Between } from '../lib/commits';

/** What lies between the sources of two runs, and how to read it. */
export function Apart({ between, same }: { readonly between: Between | undefined; readonly same: string }) {
  if (!between) return <p>{same}</p>;
  return (
    <p>
      Sources <code>{between.before.slice(0, 10)}</code> → <code>{between.after.slice(0, 10)}</code>: <code>{between.command}</code>
      {between.href !== undefined && (
        <>
          {' '}
          or{' '}
          <a href={between.href} rel="noreferrer noopener" target="_blank">
            read the diff
          </a>
        </>
      )}
    </p>
  );
}
