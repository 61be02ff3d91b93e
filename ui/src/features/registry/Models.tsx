import { Link, useParams } from 'react-router';
import { useAliases, useDeployment, useVersions } from '../../shared/api/queries';
import type { ModelVersion } from '../../shared/api/types';
import { bytes, number, percent, shortDigest, words } from '../../shared/lib/format';
import { isShare, prose } from '../../shared/lib/prose';
import { dateTime } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';

/** Every registered version, newest first, with what it is called now and why its number is what it is. */
export function Models() {
  const { product = '' } = useParams();
  const champion = useDeployment(product).data?.aliases['champion'];
  return (
    <Asked query={useVersions(product)}>
      {(versions) => (
        <>
          <Head
            title={versions.length === 0 ? 'No version is registered yet.' : `${versions.length} version${versions.length === 1 ? '' : 's'}${champion ? `; ${champion} answers now` : ''}.`}
            lead="A version never changes. Its number says what changed against the one before; aliases say what it is used for."
          />
          {versions.length === 0 ? (
            <Empty title="Train one" command={`./espalier run ${product}`}>
              A run whose gates pass registers a version:
            </Empty>
          ) : (
            <Table versions={versions.toSorted((a, b) => b.number - a.number)} product={product} />
          )}
        </>
      )}
    </Asked>
  );
}

function Table({ versions, product }: { readonly versions: readonly ModelVersion[]; readonly product: string }) {
  const named = Object.entries(useAliases(product).data?.aliases ?? {});
  const metrics = [...new Set(versions.flatMap((version) => Object.keys(version.metrics)))].slice(0, 4);
  return (
    <div className="table-wrap" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>
            <th>Version</th>
            <th>Aliases</th>
            <th>Why this number</th>
            <th>Rung</th>
            {metrics.map((metric) => (
              <th key={metric} className="num">
                {words(metric)}
              </th>
            ))}
            <th className="num">Size</th>
            <th>Registered (product time)</th>
            <th className="num">Bundle</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={version.version}>
              <td>
                <Link className="mono" to={version.version}>
                  {version.version}
                </Link>
              </td>
              <td>
                {named.filter(([, target]) => target === version.version).map(([alias]) => (
                  <Pill key={alias} outcome={alias} />
                ))}
              </td>
              <td>{prose(version.bumpReason)}</td>
              <td>{words(version.rung)}</td>
              {metrics.map((metric) => (
                <td key={metric} className="num">
                  {isShare(metric) ? percent(version.metrics[metric]) : number(version.metrics[metric])}
                </td>
              ))}
              <td className="num">{bytes(version.bytes)}</td>
              <td className="nowrap">{dateTime(version.registeredAt)}</td>
              <td className="num">{shortDigest(version.bundle)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
