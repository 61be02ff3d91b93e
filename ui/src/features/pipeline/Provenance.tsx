import { useState } from 'react';
import { Link } from 'react-router';
import type { Run } from '../../shared/api/types';
import { useRecord } from '../../shared/api/tracking';
import { shortDigest } from '../../shared/lib/format';
import { useRuns } from '../../shared/api/queries';
import { between } from '../../shared/lib/commits';
import { shortId } from '../../shared/lib/prose';
import { Apart } from '../../shared/ui/Apart';
import { reproduction } from './errors';

const COMMIT = 'mlflow.source.git.commit';
const CLEAN = 'espalier.commit.clean';
const ENVIRONMENT = 'espalier.environment';

/** From which rows, sources and machine a run came, and what one types to make it again. */
export function Provenance({ run }: { readonly run: Run }) {
  const record = useRecord(run.id).data;
  const tags = record?.run.tags ?? {};
  const before = useRuns(run.product)
    .data?.filter(({ id, createdAt, state }) => id !== run.id && createdAt < run.createdAt && state === 'SUCCEEDED')
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
  const earlier = useRecord(before?.id ?? '', before !== undefined).data?.run.tags;
  const commit = tags[COMMIT];
  const output: unknown = run.steps.find(({ name }) => name === 'ingest')?.output;
  const rows = typeof output === 'object' && output !== null && 'snapshot' in output && typeof output.snapshot === 'string' ? output.snapshot : undefined;
  const version: unknown = run.steps.find(({ name }) => name === 'register')?.output;
  const registered = typeof version === 'object' && version !== null && 'version' in version && typeof version.version === 'string' ? version.version : undefined;
  const command = reproduction({ product: run.product, canvasVersion: run.canvasVersion, commit, origin: typeof location === 'undefined' ? '' : location.origin });
  const [copied, setCopied] = useState(false);
  const facts: readonly (readonly [string, string | undefined, (string | undefined)?])[] = [
    ['Sources', commit && `${commit.slice(0, 10)}${tags[CLEAN] === 'no' ? ', with changes' : ''}`, commit],
    ['Environment', tags[ENVIRONMENT]],
    ['Rows', rows && shortDigest(rows), rows],
    ['Seed', String(run.seed)],
  ];
  return (
    <section className="band two">
      <div>
        <h2>What it was made from</h2>
        <dl className="pairs">
          {facts.flatMap(([name, value, whole]) =>
            value === undefined
              ? []
              : [
                  <div key={name} className="pair">
                    <dt>{name}</dt>
                    <dd className="mono" title={whole}>
                      {value}
                    </dd>
                  </div>,
                ],
          )}
          <div className="pair">
            <dt>Canvas</dt>
            <dd>
              <Link to={`/p/${run.product}/canvas?tab=versions&at=${encodeURIComponent(run.canvasVersion)}`}>{run.canvasVersion}</Link>
            </dd>
          </div>
          {registered !== undefined && (
            <div className="pair">
              <dt>Registered</dt>
              <dd>
                <Link to={`/p/${run.product}/models/${registered}`}>version {registered}</Link>
              </dd>
            </div>
          )}
        </dl>
        {before && earlier && (
          <>
            <h3>
              Since <Link to={`/p/${run.product}/runs/${before.id}`}>{shortId(before.id)}</Link>, the run before
            </h3>
            <Apart between={between(earlier, tags)} same={tags[COMMIT] === undefined ? 'The sources of this run were not recorded.' : 'The same sources.'} />
            {before.canvasVersion === run.canvasVersion ? (
              <p>The same canvas.</p>
            ) : (
              <p>
                Canvas <Link to={`/p/${run.product}/canvas?tab=versions&at=${encodeURIComponent(run.canvasVersion)}`}>{before.canvasVersion} → {run.canvasVersion}</Link>.
              </p>
            )}
          </>
        )}
        <p>
          <Link to={`/p/${run.product}/experiments/${record?.experiment ?? ''}/runs/${run.id}`}>Its metrics, params and files</Link>
        </p>
      </div>
      <div>
        <div className="chart-title">
          <h2>Make it again</h2>
          <button
            type="button"
            className="btn small"
            onClick={() => {
              void navigator.clipboard.writeText(command).then(() => setCopied(true));
            }}
          >
            {copied ? 'Copied' : 'Copy'}
          </button>
        </div>
        <pre className="log" tabIndex={0} aria-label="Commands that make the run again">
          {command}
        </pre>
        <p className="muted">
          Rows that came since take part. The <Link to={`/p/${run.product}/drills`}>rerun drill</Link> repeats the newest run from its recorded inputs and compares.
        </p>
      </div>
    </section>
  );
}
