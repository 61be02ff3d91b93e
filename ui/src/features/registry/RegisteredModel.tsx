import { Link, useParams, useSearchParams } from 'react-router';
import { useClientVersions, useModelFile, useRegisteredModel, type ClientModel, type ClientVersion } from '../../shared/api/registered';
import { useRecord } from '../../shared/api/tracking';
import { Dag } from '../../shared/chart/Dag';
import { words } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { Asked } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';
import { changes, modelFile, type SlotChange } from './signature';

/** The versions of a client's model: what they are called, what they take and give, where they come from. */
export function RegisteredModel() {
  const { model = '' } = useParams();
  const versions = useClientVersions(model);
  return <Asked query={useRegisteredModel(model)}>{(found) => <Asked query={versions}>{(all) => <Loaded model={found} versions={all.toSorted((a, b) => Number(b.version) - Number(a.version))} />}</Asked>}</Asked>;
}

function Loaded({ model, versions }: { readonly model: ClientModel; readonly versions: readonly ClientVersion[] }) {
  const [search, setSearch] = useSearchParams();
  const chosen = versions.find(({ version }) => version === search.get('version')) ?? versions[0];
  const against = versions.find(({ version }) => version === search.get('against')) ?? versions.find(({ version }) => Number(version) < Number(chosen?.version));
  const set = (name: string, value: string) => setSearch((before) => (before.set(name, value), before), { replace: true, preventScrollReset: true });
  return (
    <>
      <Head title={`${model.name}: ${versions.length} version${versions.length === 1 ? '' : 's'}.`} lead={model.description}>
        <Link className="btn" to=".." relative="path">
          All registered models
        </Link>
      </Head>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Versions">
        <table>
          <thead>
            <tr>
              <th>Version</th>
              <th>Aliases</th>
              <th>Stage</th>
              <th>State</th>
              <th>Run</th>
              <th>Registered</th>
              <th>Tags</th>
            </tr>
          </thead>
          <tbody>
            {versions.map((version) => (
              <tr key={version.version} aria-current={version === chosen}>
                <td>
                  <button type="button" className="link mono" aria-pressed={version === chosen} onClick={() => set('version', version.version)}>
                    {version.version}
                  </button>
                </td>
                <td>
                  {(model.aliases ?? []).filter((alias) => alias.version === version.version).map(({ alias }) => (
                    <Pill key={alias} outcome={alias} />
                  ))}
                </td>
                <td>{version.current_stage === 'None' ? '–' : version.current_stage}</td>
                <td>{words(version.status ?? '')}</td>
                <td className="mono">{version.run_id ? version.run_id.slice(0, 8) : '–'}</td>
                <td className="nowrap">{dateTime(new Date(version.creation_timestamp).toISOString())}</td>
                <td>{(version.tags ?? []).map(({ key, value }) => `${key}=${value}`).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {chosen && (
        <>
          <section className="band">
            <div className="chart-title">
              <h2>What version {chosen.version} takes and gives</h2>
              {versions.length > 1 && (
                <label>
                  Against{' '}
                  <select className="chip" value={against?.version ?? ''} onChange={(event) => set('against', event.target.value)}>
                    {versions.filter((version) => version !== chosen).map(({ version }) => (
                      <option key={version}>{version}</option>
                    ))}
                  </select>
                </label>
              )}
            </div>
            <Signature key={`${chosen.version} ${against?.version}`} name={model.name} version={chosen.version} against={against?.version} />
          </section>
          <Origin version={chosen} model={model} />
        </>
      )}
    </>
  );
}

function Signature({ name, version, against }: { readonly name: string; readonly version: string; readonly against: string | undefined }) {
  const now = useModelFile(name, version, true);
  const before = useModelFile(name, against ?? '', against !== undefined);
  if (now.isPending) return <p className="muted">Reading its MLmodel file…</p>;
  if (now.data === undefined) return <p className="muted">It has no MLmodel file, so nothing says what it takes and gives.</p>;
  const file = modelFile(now.data);
  const old = before.data === undefined ? undefined : modelFile(before.data);
  return (
    <>
      <p className="muted">
        Flavours: {file.flavours.join(', ') || 'none'}.{file.signed ? '' : ' It has no signature: log the model with an input example to get one.'}
      </p>
      {file.signed && (
        <div className="two">
          <Slots title="Takes" rows={changes(old?.inputs ?? file.inputs, file.inputs)} compared={old !== undefined} />
          <Slots title="Gives" rows={changes(old?.outputs ?? file.outputs, file.outputs)} compared={old !== undefined} />
        </div>
      )}
    </>
  );
}

const TONES: Readonly<Record<SlotChange['kind'], string>> = { added: 'sky', removed: 'clay', changed: 'amber', same: '' };

function Slots({ title, rows, compared }: { readonly title: string; readonly rows: readonly SlotChange[]; readonly compared: boolean }) {
  return (
    <div className="table-wrap" tabIndex={0} role="group" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th>{title}</th>
            {compared && <th>Before</th>}
            <th>{compared ? 'Now' : 'Type'}</th>
            {compared && <th>Change</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <td className="mono">{row.name}</td>
              {compared && <td className="mono">{row.before || '–'}</td>}
              <td className="mono">{row.after || '–'}</td>
              {compared && <td className={TONES[row.kind]}>{row.kind === 'same' ? '' : row.kind}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Rows → run → version → name. */
function Origin({ version, model }: { readonly version: ClientVersion; readonly model: ClientModel }) {
  const run = version.run_id ?? '';
  return (
    <section className="band">
      <h2>Where it comes from, and what it is used as</h2>
      {run === '' ? <p className="muted">It was registered from {version.source ?? 'nowhere'}, which names no run.</p> : <Graph run={run} version={version} model={model} />}
    </section>
  );
}

function Graph({ run, version, model }: { readonly run: string; readonly version: ClientVersion; readonly model: ClientModel }) {
  const { product } = useParams();
  const record = useRecord(run).data;
  const names = (model.aliases ?? []).filter((alias) => alias.version === version.version);
  const datasets = record?.datasets ?? [];
  return (
    <Dag
      label={`Lineage of version ${version.version}`}
      nodes={[
        ...datasets.map((dataset) => ({ id: `data ${dataset.name} ${dataset.digest}`, title: dataset.name, needs: [], outcome: 'CACHED', note: dataset.context || dataset.digest })),
        { id: 'run', title: record?.run.name ?? 'run', needs: datasets.map((dataset) => `data ${dataset.name} ${dataset.digest}`), outcome: 'CACHED', note: run.slice(0, 8), href: record ? `${product === undefined ? '' : `/p/${product}`}/experiments/${record.experiment}/runs/${run}` : undefined },
        { id: 'version', title: 'version', needs: ['run'], outcome: 'SUCCEEDED', note: version.version },
        ...names.map(({ alias }) => ({ id: `alias ${alias}`, title: 'alias', needs: ['version'], outcome: 'PENDING', note: alias })),
      ]}
    />
  );
}
