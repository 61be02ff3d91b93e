import { Link, useParams } from 'react-router';
import { useDeployment, useLineage, useVersion } from '../../shared/api/queries';
import type { Lineage, ModelVersion } from '../../shared/api/types';
import { Dag } from '../../shared/chart/Dag';
import { bytes, number, percent, shortDigest, words } from '../../shared/lib/format';
import { isShare, prose, shortId } from '../../shared/lib/prose';
import { isGateReport, isLadder } from '../../shared/lib/shapes';
import { dateTime } from '../../shared/lib/time';
import { Asked } from '../../shared/ui/Asked';
import { GateTable } from '../../shared/ui/GateTable';
import { Head } from '../../shared/ui/Head';
import { LadderTable } from '../../shared/ui/LadderTable';
import { Pill } from '../../shared/ui/Pill';
import { Compared, Life } from './Compared';
import { Consumers, Release } from './Release';
import { Papers, Since } from './Since';
import { Trust } from './Trust';

/** May I trust it, and what changed? */
export function VersionPage() {
  const { product = '', version = '' } = useParams();
  return <Asked query={useVersion(product, version)}>{(found) => <Loaded version={found.model} aliases={found.aliases} />}</Asked>;
}

function Loaded({ version, aliases }: { readonly version: ModelVersion; readonly aliases: readonly string[] }) {
  const lineage = useLineage(version.product, version.version);
  const gates: unknown = version.gates;
  const ladder: unknown = version.ladder;
  return (
    <>
      <Head title={`Version ${version.version}: ${sentence(version, gates)}`} lead={prose(version.bumpReason)}>
        <span>
          {aliases.map((alias) => (
            <Pill key={alias} outcome={alias} />
          ))}
        </span>
      </Head>
      <dl className="facts">
        {[
          ['Rung', words(version.rung)],
          ['Size', bytes(version.bytes)],
          ['Registered', dateTime(version.registeredAt)],
          ['Canvas', version.canvasVersion],
          ['Rows', shortDigest(String(version.snapshot))],
          ['Bundle', shortDigest(String(version.bundle))],
          ...Object.entries(version.metrics).map(([name, value]) => [words(name), isShare(name) ? percent(value) : number(value)]),
        ].map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Release version={version} />
      {isGateReport(gates) && (
        <section className="band">
          <h2>Gates</h2>
          <GateTable report={gates} />
        </section>
      )}
      {isLadder(ladder) && (
        <section className="band">
          <h2>The ladder</h2>
          <LadderTable ladder={ladder} />
        </section>
      )}
      <Since version={version} />
      <Compared version={version} />
      <Consumers version={version} />
      <Life version={version} />
      <Trust version={version} />
      <Papers version={version} />
      <section className="band">
        <h2>Where it comes from</h2>
        <Asked query={lineage}>{(found) => <LineageGraph lineage={found} version={version} aliases={aliases} />}</Asked>
        <p className="muted">
          Made by run <Link to={`/p/${version.product}/runs/${version.runId}`}>{shortId(version.runId)}</Link>.
        </p>
      </section>
    </>
  );
}

function sentence(version: ModelVersion, gates: unknown): string {
  if (!isGateReport(gates)) return `a ${words(version.rung)} model.`;
  const passed = gates.results.filter((gate) => gate.verdict === 'PASS').length;
  return gates.passed ? `${passed} of ${gates.results.length} gates pass.` : `the gates hold it back.`;
}

/** Canvas and rows → run → bundle → version → where it answers and by which name; and the version before it. */
function LineageGraph({ lineage, version, aliases }: { readonly lineage: Lineage; readonly version: ModelVersion; readonly aliases: readonly string[] }) {
  const rollouts = useDeployment(version.product).data?.rollouts.filter((rollout) => rollout.to === version.version) ?? [];
  const home = `/p/${version.product}`;
  const before = lineage.predecessor;
  return (
    <Dag
      label={`Lineage of version ${version.version}`}
      nodes={[
        { id: 'canvas', title: 'canvas', needs: [], outcome: 'CACHED', note: lineage.canvasVersion, href: home },
        { id: 'rows', title: 'rows', needs: [], outcome: 'CACHED', note: shortDigest(String(lineage.snapshot)) },
        { id: 'run', title: 'run', needs: ['canvas', 'rows'], outcome: 'CACHED', note: shortId(lineage.runId), href: `${home}/runs/${lineage.runId}` },
        { id: 'bundle', title: 'bundle', needs: ['run'], outcome: 'CACHED', note: shortDigest(String(lineage.bundle)) },
        ...(before ? [{ id: 'was', title: 'predecessor', needs: [], outcome: 'PENDING', note: before, href: `${home}/models/${before}` }] : []),
        { id: 'version', title: 'version', needs: before ? ['bundle', 'was'] : ['bundle'], outcome: 'SUCCEEDED', note: lineage.version },
        ...rollouts.map((rollout) => ({ id: `rollout ${rollout.id}`, title: words(rollout.kind), needs: ['version'], outcome: rollout.state, note: words(rollout.state), href: `${home}/rollouts` })),
        ...aliases.map((alias) => ({ id: `alias ${alias}`, title: 'alias', needs: ['version'], outcome: alias, note: alias })),
      ]}
    />
  );
}
