import { useParams, useSearchParams } from 'react-router';
import type { DocumentRow } from '../../shared/api/contract';
import { useDocument, useDocuments, useVersions } from '../../shared/api/queries';
import { shortDigest } from '../../shared/lib/format';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Markdown } from '../../shared/ui/Markdown';
import { set } from './view';

/** What can we show to somebody who was not there? Written from answers and evidence only. */
export function Documents() {
  const { product = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const version = search.get('version') ?? '';
  const versions = useVersions(product).data ?? [];
  const list = useDocuments(product, version);
  const to = (name: string, value: string) => setSearch((before) => set(before, name, value));
  const missing = (
    <>
      <Head title="No documents are written yet." />
      <Empty title="This server writes no documents" command={`./espalier docs ${product}`}>
        Model card, datasheet, bill of materials and scorecards are written from the canvas and its evidence. Ask for them:
      </Empty>
    </>
  );
  return (
    <Asked query={list} missing={missing}>
      {(rows) => {
        const chosen = rows.find((row) => row.name === search.get('doc')) ?? rows[0];
        return (
          <>
            <Head
              title={headline(rows)}
              lead="Written from the canvas and its evidence only. What was not answered says so; a release freezes its own."
            >
              {versions.length > 0 && (
                <select className="chip" aria-label="Frozen with a version" value={version} onChange={(event) => to('version', event.target.value)}>
                  <option value="">as things stand now</option>
                  {versions.map((one) => (
                    <option key={one.version} value={one.version}>
                      frozen with {one.version}
                    </option>
                  ))}
                </select>
              )}
            </Head>
            <div className="papers">
              <nav aria-label="Documents">
                {rows.map((row) => (
                  <button key={row.name} type="button" aria-current={row.name === chosen?.name ? 'true' : undefined} onClick={() => to('doc', row.name)}>
                    <b>{row.title}</b>
                    <span className="muted">{standing(row)}</span>
                  </button>
                ))}
              </nav>
              {chosen && <Paper product={product} row={chosen} version={version} />}
            </div>
          </>
        );
      }}
    </Asked>
  );
}

function headline(rows: readonly DocumentRow[]): string {
  if (rows.length === 0) return 'No documents are written yet.';
  const open = rows.filter((row) => row.answered !== undefined && row.sections !== undefined && row.answered < row.sections).length;
  const many = `${rows.length} document${rows.length === 1 ? '' : 's'}`;
  return open === 0 ? `${many}, every section answered.` : `${many}; ${open} ${open === 1 ? 'has' : 'have'} sections that nobody answered.`;
}

function standing(row: DocumentRow): string {
  const answered = row.sections === undefined ? '' : `${row.answered ?? 0} of ${row.sections} sections`;
  return [answered, row.frozen === true ? 'frozen' : '', row.digest === undefined ? '' : shortDigest(row.digest)].filter(Boolean).join(' · ');
}

function Paper({ product, row, version }: { readonly product: string; readonly row: DocumentRow; readonly version: string }) {
  const text = useDocument(product, row.name, version);
  const at = (format: string) => `/api/v1/documents/${encodeURIComponent(product)}/${encodeURIComponent(row.name)}?format=${format}${version === '' ? '' : `&version=${encodeURIComponent(version)}`}`;
  return (
    <article className="sheet paper">
      <div className="actions">
        {['md', 'html', 'json'].map((format) => (
          <a key={format} className="btn small" href={at(format)} download={`${product}-${row.name}.${format}`}>
            {format === 'md' ? 'Markdown' : format.toUpperCase()}
          </a>
        ))}
      </div>
      <Asked query={text}>{(source) => <Markdown source={source} />}</Asked>
    </article>
  );
}
