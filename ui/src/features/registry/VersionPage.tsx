import { Link, useParams } from 'react-router';
import { useLineage, useVersion } from '../../shared/api/queries';
import type { Lineage, ModelVersion } from '../../shared/api/types';
import { Dag } from '../../shared/chart/Dag';
import { bytes, number, shortDigest, words } from '../../shared/lib/format';
import { isGateReport, isLadder } from '../../shared/lib/shapes';
import { dateTime } from '../../shared/lib/time';
import { Asked } from '../../shared/ui/Asked';
import { GateTable } from '../../shared/ui/GateTable';
import { Head } from '../../shared/ui/Head';
import { LadderTable } from '../../shared/ui/LadderTable';
import { Pill } from '../../shared/ui/Pill';

/** May I trust it, and what changed? */
export function VersionPage() {
  const { product = '', version = '' } = useParams();
  return <Asked query={useVersion(product, version)}>{(found) => <Loaded version={found} />}</Asked>;
}

function Loaded({ version }: { readonly version: ModelVersion }) {
  const lineage = useLineage(version.product, version.version);
  const gates: unknown = version.gates;
  const ladder: unknown = version.ladder;
  return (
    <>
      <Head title={`Version ${version.version}: ${sentence(version, gates)}`} lead={version.bumpReason}>
        <span>
          {(version.aliases ?? []).map((alias) => (
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
          ...Object.entries(version.metrics).map(([name, value]) => [words(name), number(value)]),
        ].map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
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
      <section className="band">
        <h2>Where it comes from</h2>
        <Asked query={lineage}>{(found) => <LineageGraph lineage={found} version={version} />}</Asked>
        <p className="muted">
          Made by run <Link to={`/p/${version.product}/runs/${version.runId}`}>{version.runId}</Link>.
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

const kinds: Readonly<Record<string, string>> = { run: 'runs', version: 'models' };

function LineageGraph({ lineage, version }: { readonly lineage: Lineage; readonly version: ModelVersion }) {
  const needs = (id: string) => lineage.edges.filter((edge) => edge.to === id).map((edge) => edge.from);
  return (
    <Dag
      label={`Lineage of version ${version.version}`}
      nodes={lineage.nodes.map((node) => ({
        id: node.id,
        needs: needs(node.id),
        outcome: node.kind === 'version' ? 'SUCCEEDED' : 'CACHED',
        title: node.kind,
        note: node.label,
        href: kinds[node.kind] ? `/p/${version.product}/${kinds[node.kind]}/${encodeURIComponent(node.label)}` : undefined,
      }))}
    />
  );
}
