import { useSearchParams } from 'react-router';
import type { VersionRow } from '../../shared/api/contract';
import { useWritten } from '../../shared/api/queries';
import { dateTime } from '../../shared/lib/time';
import { hunks, lineChanges } from './lines';
import { set } from './view';

/** Through the versions of the canvas in time: what each one changed against the one before it. */
export function TimeSlider({ product, versions }: { readonly product: string; readonly versions: readonly VersionRow[] }) {
  const [search, setSearch] = useSearchParams();
  const ordered = versions.toSorted((a, b) => Date.parse(a.appliedAt) - Date.parse(b.appliedAt));
  const found = ordered.findIndex(({ version }) => version === search.get('at'));
  const index = found === -1 ? ordered.length - 1 : found;
  const row = ordered[index];
  const before = ordered[index - 1];
  const now = useWritten(product, row?.version ?? '').data?.source;
  const then = useWritten(product, before?.version ?? '').data?.source;
  if (!row) return null;
  const changes = now === undefined || (before && then === undefined) ? undefined : lineChanges(then ?? '', now);
  const count = (kind: string) => changes?.filter((change) => change.kind === kind).length ?? 0;
  return (
    <section className="band" aria-label="The canvas in time">
      <div className="chart-title">
        <h2>
          Version {row.version}, applied {dateTime(row.appliedAt)} by {row.appliedBy}
        </h2>
        <label className="slider">
          <span className="visually-hidden">Version</span>
          <input type="range" min="0" max={Math.max(0, ordered.length - 1)} step="1" value={index} disabled={ordered.length < 2} aria-valuetext={row.version} onChange={(event) => setSearch((address) => set(address, 'at', ordered[Number(event.target.value)]?.version ?? ''), { replace: true, preventScrollReset: true })} />
          <span className="mono">
            {index + 1}/{ordered.length}
          </span>
        </label>
      </div>
      {row.reason && <p>{row.reason}</p>}
      <p className="muted" aria-live="polite">
        {changes === undefined ? 'Reading…' : before ? `${count('added')} lines more and ${count('removed')} fewer than ${before.version}.` : `The first one: ${count('added')} lines.`}
      </p>
      {changes && (
        <pre className="log diff-lines" tabIndex={0} aria-label={`What ${row.version} changed`}>
          {(before ? hunks(changes) : changes).map((change, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines have no identity but their place
            <span key={at} className={change === 'gap' ? 'muted' : change.kind}>
              {change === 'gap' ? '  …' : `${change.kind === 'added' ? '+ ' : change.kind === 'removed' ? '- ' : '  '}${change.text}`}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
    </section>
  );
}
