import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { getBlob } from '../../shared/api/client';
import { filePath, useFiles } from '../../shared/api/tracking';
import { bytes as size } from '../../shared/lib/format';
import { Ansi } from '../../shared/ui/Ansi';
import { Asked, Waiting } from '../../shared/ui/Asked';
import { DiffText } from '../../shared/ui/DiffText';
import { Markdown } from '../../shared/ui/Markdown';
import { save } from '../../shared/lib/save';
import { gridOf, indented, lookOf, refusal, ROWS } from './preview';

interface Props {
  readonly run: string;
  /** The file that is open. */
  readonly path: string;
  readonly open: (file: string) => void;
}

/**
 * What a run left behind, as a tree with a preview. Nothing of a file is ever run: text is set as text, Markdown
 * by our own setter that knows no HTML, pictures as pictures (an SVG in an <img> has no scripts), the rest is a download.
 */
export function Artifacts({ run, path, open }: Props) {
  return (
    <div className="artifacts">
      <nav className="tree" aria-label="Files">
        <Folder run={run} folder="" path={path} open={open} />
      </nav>
      <div className="preview">{path === '' ? <p className="muted">Choose a file to look into it.</p> : <Preview key={path} run={run} path={path} />}</div>
    </div>
  );
}

function Folder({ run, folder, path, open }: Props & { readonly folder: string }) {
  const query = useFiles(run, folder);
  return (
    <Asked query={query}>
      {(found) =>
        found.files.length === 0 ? (
          <p className="muted">{folder === '' ? 'It left no file behind.' : 'empty'}</p>
        ) : (
          <ul>
            {found.files.toSorted((a, b) => Number(b.folder) - Number(a.folder)).map((file) => (
              <li key={file.path}>{file.folder ? <Branch run={run} folder={file.path} path={path} open={open} /> : <Leaf file={file.path} bytes={file.bytes} current={file.path === path} open={open} />}</li>
            ))}
            {found.next !== undefined && <li className="muted">Only the first 1,000 are shown.</li>}
          </ul>
        )
      }
    </Asked>
  );
}

function Branch(props: Props & { readonly folder: string }) {
  const [unfolded, setUnfolded] = useState(props.path.startsWith(`${props.folder}/`));
  return (
    <>
      <button type="button" className="link" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
        <span aria-hidden="true">{unfolded ? '▾' : '▸'}</span> {nameOf(props.folder)}
      </button>
      {unfolded && <Folder {...props} />}
    </>
  );
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function Leaf({ file, bytes, current, open }: { readonly file: string; readonly bytes: number; readonly current: boolean; readonly open: (file: string) => void }) {
  return (
    <button type="button" className="link" aria-current={current} onClick={() => open(file)}>
      {nameOf(file)} <small className="muted">{size(bytes)}</small>
    </button>
  );
}

function Preview({ run, path }: { readonly run: string; readonly path: string }) {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const listed = useFiles(run, folder);
  const file = listed.data?.files.find((one) => one.path === path);
  const why = file ? refusal(path, file.bytes) : '';
  const content = useQuery({ queryKey: ['file', run, path], queryFn: ({ signal }) => getBlob(filePath(run, path), signal), enabled: file !== undefined && why === '' });
  const fetchIt = async () => save(nameOf(path), await getBlob(filePath(run, path)));
  if (listed.data && !file) return <p className="wrong">There is no file {path} in this run.</p>;
  return (
    <>
      <div className="chart-title">
        <h3>{path}</h3>
        <button type="button" className="btn small" onClick={() => void fetchIt()}>
          Download
        </button>
      </div>
      {why !== '' && <p className="muted">{why}</p>}
      {content.error && (
        <p className="wrong" role="alert">
          {content.error.message}
        </p>
      )}
      {content.data ? <Shown path={path} content={content.data} /> : why === '' && !content.error && <Waiting />}
    </>
  );
}

function Shown({ path, content }: { readonly path: string; readonly content: Blob }) {
  const look = lookOf(path);
  const made = useQuery({ queryKey: ['shown', path, content], queryFn: () => (look === 'image' ? addressOf(path, content) : content.text()), gcTime: 0 });
  if (made.data === undefined) return made.error ? <p className="wrong">{made.error.message}</p> : <Waiting />;
  if (look === 'image') return <img src={made.data} alt={nameOf(path)} />;
  if (look === 'markdown') return <Markdown source={made.data} />;
  if (look === 'diff') return <DiffText text={made.data} label={nameOf(path)} />;
  const grid = look === 'table' || look === 'json' ? gridOf(path, made.data) : undefined;
  if (grid) return <GridTable head={grid.head} rows={grid.rows} more={grid.more} />;
  return (
    <pre className="log tall" tabIndex={0} aria-label={nameOf(path)}>
      {look === 'json' ? indented(made.data) : <Ansi text={made.data} />}
    </pre>
  );
}

/** A picture as an address of its own, of the type that its name says: pictures only. */
function addressOf(path: string, content: Blob): Promise<string> {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const type = ending === 'svg' ? 'image/svg+xml' : `image/${ending === 'jpg' ? 'jpeg' : ending}`;
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result)));
    reader.addEventListener('error', () => reject(new Error('The picture cannot be read.')));
    reader.readAsDataURL(new Blob([content], { type }));
  });
}

function GridTable({ head, rows, more }: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[]; readonly more: boolean }) {
  return (
    <>
      <div className="table-wrap tall" tabIndex={0} role="group" aria-label="Rows of the file">
        <table>
          <thead>
            <tr>
              {head.map((cell, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- cells stand in columns
                <th key={index}>{cell}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows of a file have no identity but their place
              <tr key={at}>
                {row.map((cell, index) => (
                  // oxlint-disable-next-line react/no-array-index-key -- cells stand in columns
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more && <p className="muted">The first {ROWS} rows.</p>}
    </>
  );
}
