import { Link, useParams } from 'react-router';
import { useConformance, useDeployment, useIncidents, useRuns, useVersions } from '../shared/api/queries';
import { stations } from '../shared/lib/loop';

/** The life of the product, live: each station links to what is happening there now. */
export function LoopStrip() {
  const { product = '' } = useParams();
  const life = {
    board: useConformance(product).data,
    runs: useRuns(product).data,
    versions: useVersions(product).data,
    deployment: useDeployment(product).data,
    incidents: useIncidents(product).data,
  };
  return (
    <nav className="loop" aria-label="The life of the product">
      {stations(life).map((station) => (
        <Link key={station.name} className={station.look} to={`/p/${product}${station.to && `/${station.to}`}`}>
          <span className={station.look === 'now' ? 'bud breathe' : 'bud'} aria-hidden="true" />
          {station.name}
          <small>{station.note}</small>
        </Link>
      ))}
    </nav>
  );
}
