import { Link } from 'react-router';
import { useIncidents } from '../../shared/api/queries';
import type { Question } from '../../shared/api/types';
import { shortDigest, words } from '../../shared/lib/format';
import { prose } from '../../shared/lib/prose';
import { day } from '../../shared/lib/time';
import { Glyph } from '../../shared/ui/Glyph';
import { blastRadius } from './conformity';
import { resourcePage } from './evidence';

/** The resources that exist because of the answer, each leading to where it works. */
export function Compiled({ product, question }: { readonly product: string; readonly question: Question }) {
  if (question.resources.length === 0) return <p className="muted">Nothing yet: this answer configures no resource.</p>;
  return (
    <ul className="lines">
      {question.resources.map((resource) => (
        <li key={resource.id}>
          <Link to={`/p/${product}${resourcePage(resource.kind)}`}>
            {words(resource.kind)} <b>{resource.name}</b>
          </Link>
          <span className="mono muted" title={String(resource.digest)}>
            {shortDigest(String(resource.digest))}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What the answer has set in motion: the newest incident of something that it compiled to. */
export function Now({ product, question }: { readonly product: string; readonly question: Question }) {
  const names = new Set(question.resources.map((resource) => resource.name));
  const incidents = useIncidents(product).data ?? [];
  const incident = incidents.toSorted((a, b) => Date.parse(b.openedAt) - Date.parse(a.openedAt)).find((one) => [...names].some((name) => one.cause.includes(name)));
  if (!incident) return null;
  return (
    <>
      <h3 className="eyebrow">What happened</h3>
      <ul className="lines">
        {incident.trace.slice(-5).map((entry) => (
          <li key={entry.at + entry.kind + entry.ref}>
            <span>{prose(entry.text)}</span>
            <time className="muted" dateTime={entry.at}>
              {day(entry.at)}
            </time>
          </li>
        ))}
      </ul>
      <p>
        <Link to={`/p/${product}/incidents`}>The whole story</Link>
      </p>
    </>
  );
}

/** Which other answers speak of the same things; shown where this one is in trouble. */
export function Radius({ product, question, all }: { readonly product: string; readonly question: Question; readonly all: readonly Question[] }) {
  if (!['VIOLATED', 'AT_RISK', 'STALE'].includes(question.state)) return null;
  const others = blastRadius(question, all);
  if (others.length === 0) return null;
  return (
    <>
      <h3 className="eyebrow">What hangs on it</h3>
      <ul className="lines">
        {others.map(({ question: other, by }) => (
          <li key={other.question}>
            <span>
              <Glyph state={other.state} size={11} /> <Link to={`/p/${product}?q=${encodeURIComponent(other.question)}`}>{prose(other.claim)}</Link>
            </span>
            <span className="muted">{prose(by)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
