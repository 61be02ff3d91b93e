import { sourceOf } from '../../shared/lib/commits';
import { DiffText } from '../../shared/ui/DiffText';

/** The commit that a run's code came from, and what of it no commit holds. */
export function Sources({ tags }: { readonly tags: Readonly<Record<string, string>> }) {
  const source = sourceOf(tags);
  if (!source) return null;
  const short = source.commit.slice(0, 10);
  return (
    <section className="band">
      <h2>Sources</h2>
      <p>
        Commit{' '}
        {source.href === undefined ? (
          <code title={source.commit}>{short}</code>
        ) : (
          <a href={source.href} rel="noreferrer noopener" target="_blank" title={source.commit}>
            {short}
          </a>
        )}
        {source.branch !== undefined && (
          <>
            {' '}
            of <code>{source.branch}</code>
          </>
        )}
        {source.changed === undefined ? '' : source.changed ? ', with changes that were not committed' : ', exactly as it was committed'}.{' '}
        <code>git show {source.commit.slice(0, 12)}</code> shows what it changed; held against another run, <b>Compare</b> shows what lies between both.
      </p>
      {source.diff !== undefined ? (
        <details open>
          <summary>What was not committed</summary>
          <DiffText text={source.diff} label="Changes that were not committed" />
        </details>
      ) : (
        source.changed === true && <p className="muted">The client kept no diff of those changes: commit before a run that should be made again.</p>
      )}
    </section>
  );
}
