import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { getAt, postAt } from '../../shared/api/client';
import { useDeployment } from '../../shared/api/queries';
import { percent, words } from '../../shared/lib/format';
import { inferRequest, said, type Inferred } from './infer';

interface Metadata {
  readonly versions?: readonly string[];
}

/** The same text to two versions that are loaded: do they agree, and how sure is each? */
export function Beside({ product, text }: { readonly product: string; readonly text: string }) {
  const base = `/v2/models/${encodeURIComponent(product)}`;
  const loaded = useQuery({ queryKey: ['deployment', product, 'loaded'], queryFn: ({ signal }) => getAt<Metadata>(base, signal), retry: false }).data?.versions ?? [];
  const aliases = useDeployment(product).data?.aliases ?? {};
  const champion = aliases['champion'];
  const other = [aliases['challenger'], aliases['previous'], ...loaded].find((version) => version !== undefined && version !== champion && loaded.includes(version));
  const [left, setLeft] = useState<string>();
  const [right, setRight] = useState<string>();
  const pair = [left ?? champion ?? loaded[0], right ?? other] as const;
  const ask = useMutation({
    mutationFn: async () => Promise.all(pair.filter((version) => version !== undefined).map(async (version) => ({ version, ...said(await postAt<Inferred>(`${base}/versions/${encodeURIComponent(version)}/infer`, inferRequest(text)), 0) }))),
  });
  if (loaded.length < 2 || pair[1] === undefined) {
    return (
      <section className="band">
        <h2>Two versions side by side</h2>
        <p className="muted">Only one version is loaded now. While a rollout goes on, or after one, champion and challenger answer here side by side.</p>
      </section>
    );
  }
  const name = (version: string) => Object.entries(aliases).find(([, target]) => target === version)?.[0];
  const [first, second] = ask.data ?? [];
  return (
    <section className="band">
      <div className="chart-title">
        <h2>Two versions side by side</h2>
        <div className="table-tools">
          <Choose label="First version" value={pair[0] ?? ''} versions={loaded} change={setLeft} />
          <Choose label="Second version" value={pair[1]} versions={loaded} change={setRight} />
          <button type="button" className="btn" disabled={ask.isPending || text.trim() === ''} onClick={() => ask.mutate()}>
            Ask both
          </button>
        </div>
      </div>
      {ask.error && (
        <p className="wrong" role="alert">
          {ask.error.message}
        </p>
      )}
      {first && second && (
        <>
          <p className="reason" aria-live="polite">
            {first.label === second.label ? `Both say ${first.label}.` : `They differ: ${first.version} says ${first.label}, ${second.version} says ${second.label}.`}
          </p>
          <div className="two">
            {[first, second].map((answer) => (
              <div key={answer.version}>
                <h3>
                  {answer.version} {name(answer.version) && <span className="muted">{words(name(answer.version) ?? '')}</span>}
                </h3>
                <p className="verdict">{answer.label}</p>
                <p className="muted">{answer.probability === undefined ? '' : `sure by ${percent(answer.probability)}`}</p>
              </div>
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function Choose({ label, value, versions, change }: { readonly label: string; readonly value: string; readonly versions: readonly string[]; readonly change: (version: string) => void }) {
  return (
    <select className="chip" aria-label={label} value={value} onChange={(event) => change(event.target.value)}>
      {versions.map((version) => (
        <option key={version}>{version}</option>
      ))}
    </select>
  );
}
