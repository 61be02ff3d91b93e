import { Link } from 'react-router';
import { useAliases, useDeployment, useLineage, useVersions } from '../../shared/api/queries';
import type { ModelVersion } from '../../shared/api/types';
import { bytes, count, number, percent, words } from '../../shared/lib/format';
import { isShare } from '../../shared/lib/prose';
import { dateTime } from '../../shared/lib/time';
import { Pill } from '../../shared/ui/Pill';

/** This version beside the one before it, metric by metric. */
export function Compared({ version }: { readonly version: ModelVersion }) {
  const before = useLineage(version.product, version.version).data?.predecessor;
  const other = useVersions(version.product).data?.find((one) => one.version === before);
  if (!other) return null;
  const names = Object.keys(version.metrics).filter((name) => other.metrics[name] !== undefined);
  return (
    <section className="band">
      <h2>
        Against <Link to={`/p/${version.product}/models/${other.version}`}>{other.version}</Link>
      </h2>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Comparison">
        <table className="narrow-table">
          <thead>
            <tr>
              <th>Measured when it was trained</th>
              <th className="num">{other.version}</th>
              <th className="num">{version.version}</th>
              <th className="num">Difference</th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <Row key={name} name={words(name)} share={isShare(name)} before={other.metrics[name]} now={version.metrics[name]} />
            ))}
            <tr>
              <td>size</td>
              <td className="num">{bytes(other.bytes)}</td>
              <td className="num">{bytes(version.bytes)}</td>
              <td className="num">{number(version.bytes / other.bytes)} ×</td>
            </tr>
          </tbody>
        </table>
      </div>
      <p className="muted">Each on its own test rows; the gate above compares both on the same rows.</p>
      <Contract before={other} now={version} />
    </section>
  );
}

/** What a caller may rely on, before and now. */
function Contract({ before, now }: { readonly before: ModelVersion; readonly now: ModelVersion }) {
  if (!now.signature) return null;
  const told = (version: ModelVersion): readonly (readonly [string, string])[] => [
    ['task', version.signature?.task ?? '–'],
    ['labels', version.signature?.labels.join(', ') ?? '–'],
    ['longest text', version.signature ? `${count(version.signature.maxCharacters)} characters` : '–'],
  ];
  const old = new Map(told(before));
  const changed = told(now).filter(([name, value]) => old.get(name) !== value);
  return (
    <>
      <h3>Signature</h3>
      {changed.length === 0 ? (
        <p>
          The same contract as {before.version}: {told(now).map(([name, value]) => `${name} ${value}`).join('; ')}.
        </p>
      ) : (
        <ul className="lines">
          {changed.map(([name, value]) => (
            <li key={name}>
              <b>{name}</b>
              <span>
                {old.get(name)} → {value}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Row({ name, share, before, now }: { readonly name: string; readonly share: boolean; readonly before: number | undefined; readonly now: number | undefined }) {
  const show = (value: number | undefined) => (share ? percent(value) : number(value));
  const difference = before === undefined || now === undefined ? undefined : now - before;
  return (
    <tr>
      <td>{name}</td>
      <td className="num">{show(before)}</td>
      <td className="num">{show(now)}</td>
      <td className="num">{difference === undefined ? '–' : `${difference > 0 ? '+' : ''}${number(difference * 100)} pp`}</td>
    </tr>
  );
}

/** Where the version was let at traffic, and how its names moved. */
export function Life({ version }: { readonly version: ModelVersion }) {
  const rollouts = useDeployment(version.product).data?.rollouts.filter((rollout) => rollout.to === version.version || rollout.from === version.version) ?? [];
  const moves = useAliases(version.product).data?.history.filter((move) => move.to === version.version || move.from === version.version) ?? [];
  if (rollouts.length === 0 && moves.length === 0) return null;
  return (
    <section className="band two">
      <div>
        <h2>Releases</h2>
        <ul className="lines">
          {rollouts.map((rollout) => (
            <li key={rollout.id}>
              <span>
                <Link to={`/p/${version.product}/rollouts`}>
                  {words(rollout.kind)} to {rollout.to}
                </Link>{' '}
                <Pill outcome={rollout.state} />
              </span>
              <span className="muted">{dateTime(rollout.startedAt)}</span>
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h2>Names</h2>
        <ul className="lines">
          {moves.map((move) => (
            <li key={move.alias + move.at + move.to}>
              <span>
                <b>{move.alias}</b> {move.from ? `${move.from} → ${move.to}` : `→ ${move.to}`} <span className="muted">by {move.by}</span>
              </span>
              <span className="muted">{dateTime(move.at)}</span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
