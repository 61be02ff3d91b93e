import { Link } from 'react-router';
import { useCanvases } from '../../shared/api/queries';
import type { CanvasSummary } from '../../shared/api/types';
import { prose } from '../../shared/lib/prose';
import { stateLooks, statesBySeverity } from '../../shared/lib/state';
import { Asked } from '../../shared/ui/Asked';
import { Glyph } from '../../shared/ui/Glyph';
import { Head } from '../../shared/ui/Head';

/** Most in need first: violated answers, then those without evidence, then by name. */
export function byNeed(products: readonly CanvasSummary[]): CanvasSummary[] {
  const of = (summary: CanvasSummary, state: string) => summary.counts?.[state] ?? 0;
  return products.toSorted((a, b) => of(b, 'VIOLATED') - of(a, 'VIOLATED') || of(b, 'NO_EVIDENCE') - of(a, 'NO_EVIDENCE') || a.product.localeCompare(b.product));
}

export function portfolioHeadline(products: readonly CanvasSummary[]): string {
  const bad = products.filter(({ counts }) => (counts?.['VIOLATED'] ?? 0) > 0).length;
  const all = products.length === 1 ? 'One product' : `${products.length} products`;
  return bad === 0 ? `${all}; none has a violated answer.` : `${all}; ${bad} ${bad === 1 ? 'has' : 'have'} violated answers.`;
}

/** Which of our products needs somebody? Products × states. */
export function Portfolio() {
  return <Asked query={useCanvases()}>{(products) => <Map products={products} />}</Asked>;
}

function Map({ products }: { readonly products: readonly CanvasSummary[] }) {
  const present = statesBySeverity.filter((state) => state !== 'N_A' && products.some(({ counts }) => (counts?.[state] ?? 0) > 0));
  return (
    <>
      <Head title={portfolioHeadline(products)} lead="Answers of each canvas by state; a number leads to those answers." />
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Products by state">
        <table className="portfolio">
          <thead>
            <tr>
              <th scope="col">Product</th>
              {present.map((state) => (
                <th key={state} scope="col" className="num">
                  <Glyph state={state} size={11} /> {stateLooks[state].word}
                </th>
              ))}
              <th scope="col">In a sentence</th>
            </tr>
          </thead>
          <tbody>
            {byNeed(products).map((one) => {
              const total = present.reduce((sum, state) => sum + (one.counts?.[state] ?? 0), 0);
              return (
                <tr key={one.product}>
                  <th scope="row">
                    <Link to={`/p/${one.product}`}>{one.product}</Link> <span className="muted mono">{one.version}</span>
                  </th>
                  {present.map((state) => {
                    const n = one.counts?.[state] ?? 0;
                    return (
                      <td key={state} className="num" style={n === 0 ? {} : { background: `color-mix(in srgb, var(--${stateLooks[state].tone}) ${Math.round(6 + (22 * n) / total)}%, var(--paper))` }}>
                        {n === 0 ? '' : <Link to={`/p/${one.product}?state=${state}`}>{n}</Link>}
                      </td>
                    );
                  })}
                  <td>{prose(one.headline)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
