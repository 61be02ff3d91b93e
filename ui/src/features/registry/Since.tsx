import { Link } from 'react-router';
import { useDocuments, useMonitor } from '../../shared/api/queries';
import type { ModelVersion, MonitorSeries } from '../../shared/api/types';
import { Measured } from '../../shared/chart/Measured';
import { SeriesChart } from '../../shared/chart/SeriesChart';
import { number, percent, words } from '../../shared/lib/format';
import { isShare } from '../../shared/lib/prose';
import { day } from '../../shared/lib/time';

/** The windows that a version answered, where there are two or more that say something. */
export function windowsOf(series: MonitorSeries, version: string): MonitorSeries['windows'] {
  const own = series.windows.filter((window) => window.version === version && window.verdict !== 'INSUFFICIENT');
  return own.length > 1 ? own : [];
}

/** How the version has done since it was trained: each watched metric over its own windows. */
export function Since({ version }: { readonly version: ModelVersion }) {
  const monitors = useMonitor(version.product).data?.monitors ?? [];
  const watched = monitors.flatMap((series) => {
    const windows = windowsOf(series, version.version);
    return windows.length > 0 ? [{ series, windows }] : [];
  });
  if (watched.length === 0) return null;
  return (
    <section className="band">
      <h2>Since it was trained</h2>
      {watched.map(({ series, windows }) => {
        const metric = series.metric ?? '';
        const show = (value: number | undefined) => (isShare(metric) ? percent(value) : number(value));
        const trained = version.metrics[metric];
        const last = windows.at(-1);
        return (
          <div key={series.id}>
            <p>
              {words(metric || series.type)}: {trained === undefined ? '' : `${show(trained)} on its test rows, `}
              <b>{show(last?.value)}</b> in the window to {day(last?.to ?? '')}
              {last?.low !== undefined && (
                <span className="muted">
                  {' '}
                  (95 % CI {show(last.low)} to {show(last.high)}, n {last.n})
                </span>
              )}
            </p>
            <Measured label={`${words(metric || series.type)} of version ${version.version} over its windows`}>
              {(width) => <SeriesChart width={width} points={windows} bound={series.bound} annotations={[]} show={show} label={`${words(metric || series.type)} of version ${version.version} over its windows, with interval and bound`} />}
            </Measured>
          </div>
        );
      })}
    </section>
  );
}

/** What was written about the version when it was promoted, to read and to take along. */
export function Papers({ version }: { readonly version: ModelVersion }) {
  const { product, version: name } = version;
  const documents = useDocuments(product, name).data ?? [];
  const facts = Object.entries(version.meta).filter(([key]) => key in SHOWN);
  return (
    <section className="band two">
      <div>
        <h2>Papers</h2>
        {documents.length === 0 && <p className="muted">Nothing is written about it yet.</p>}
        <ul className="lines">
          {documents.map((paper) => {
            const address = `/api/v1/documents/${encodeURIComponent(product)}/${encodeURIComponent(paper.name)}?version=${encodeURIComponent(name)}`;
            return (
              <li key={paper.name}>
                <span>
                  <Link to={`/p/${product}/documents?version=${encodeURIComponent(name)}&doc=${encodeURIComponent(paper.name)}`}>{paper.title}</Link>{' '}
                  <span className="muted">
                    {paper.answered} of {paper.sections} answered{paper.frozen ? ', frozen' : ''}
                  </span>
                </span>
                <span>
                  <a href={`${address}&format=json`} download={`${product}-${name}-${paper.name}.json`}>
                    JSON
                  </a>{' '}
                  ·{' '}
                  <a href={`${address}&format=md`} download={`${product}-${name}-${paper.name}.md`}>
                    Markdown
                  </a>
                </span>
              </li>
            );
          })}
        </ul>
      </div>
      <div>
        <h2>Made with</h2>
        <dl className="pairs">
          {facts.map(([key, value]) => (
            <div key={key} className="pair">
              <dt>{SHOWN[key]}</dt>
              <dd className="mono">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}

const SHOWN: Readonly<Record<string, string>> = {
  rows: 'Rows',
  test_rows: 'Test rows',
  trained_through: 'Trained through',
  'model.parameters': 'Parameters',
  'model.parity': 'Export parity, largest difference',
  'model.temperature': 'Temperature of calibration',
  train_cpu_seconds: 'Processor seconds',
  p95_ms: 'p95, ms for one text',
  seed: 'Seed',
  commit: 'Sources',
  environment: 'Environment',
};
