import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { get } from '../../shared/api/client';
import { runsPath, useExperiment, useFirstRuns, useGroups, useRunPages, type ExperimentView, type RunPage } from '../../shared/api/tracking';
import { count } from '../../shared/lib/format';
import { useKeys } from '../../shared/lib/keys';
import { Asked, Waiting } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { ColumnChooser } from './ColumnChooser';
import { save } from '../../shared/lib/save';
import { headOf, rowsOf } from './csv';
import { Archive } from './Archive';
import { FilterBar } from './FilterBar';
import { grouped, itemsOf, within } from './items';
import { RunTable } from './RunTable';
import { columnOf, flipped, groupable, hidden, listOf, put, queryOf, viewOf, type TableView } from './view';

/** Which of these thousands is better, and why? */
export function RunsPage() {
  const { experiment = '' } = useParams();
  return <Asked query={useExperiment(experiment)}>{(found) => <Loaded key={found.experiment.id} found={found} />}</Asked>;
}

function Loaded({ found }: { readonly found: ExperimentView }) {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const view = useMemo(() => viewOf(search, found), [search, found]);
  const query = useMemo(() => queryOf(view), [view]);
  const flat = view.group === '';
  const pages = useRunPages(found.experiment.id, query, flat);
  const groups = useGroups(found.experiment.id, view.group, view.filter, view.columns.filter(({ kind }) => kind === 'metrics').map(({ key }) => key));
  const plain = useMemo(() => itemsOf(pages.data?.pages ?? []), [pages.data]);
  const [open, setOpen] = useState<readonly string[]>([]);
  const inner = useFirstRuns(found.experiment.id, flat ? [] : open.map((value) => ({ ...query, filter: within(view.filter, view.group, value) })));
  const [choosing, setChoosing] = useState(false);
  const items = flat ? plain : grouped(groups.data ?? [], new Map(open.map((value, index) => [value, inner[index]?.data?.runs ?? []])));
  const asked = flat ? pages : groups;
  // The router hands an older address to whoever changes it twice before it shows: two quick keys would lose the first.
  const latest = useRef(search);
  useEffect(() => {
    latest.current = search;
  }, [search]);
  const set = useCallback(
    (parts: Readonly<Record<string, string>>) => {
      latest.current = put(latest.current, parts);
      setSearch(latest.current, { replace: true, preventScrollReset: true });
    },
    [setSearch],
  );
  const flip = useCallback((run: string) => set({ runs: flipped(listOf(latest.current.get('runs')), run).join(',') }), [set]);
  const pin = useCallback((run: string) => set({ pin: flipped(listOf(latest.current.get('pin')), run).join(',') }), [set]);
  const compare = `compare?${put(new URLSearchParams(), view.chosen.length > 0 ? { runs: view.chosen.join(',') } : { filter: view.filter, sort: search.get('sort') ?? '' })}`;
  const keys = useMemo(() => ({ '/': () => document.getElementById('run-filter')?.focus(), c: () => void navigate(compare), o: () => setChoosing((before) => !before) }), [compare, navigate]);
  useKeys(keys);
  const more = flat && pages.hasNextPage && !pages.isFetchingNextPage ? pages.fetchNextPage : undefined;
  return (
    <>
      <Head title={flat ? headline(found, view, plain.length, pages.hasNextPage) : `${found.experiment.name}: ${groups.data === undefined ? 'its groups' : `${groups.data.length} group${groups.data.length === 1 ? '' : 's'}`} by ${view.group.replace(/^\w+\./, '')}.`} lead={<>Click a head to sort. <span className="hint"><kbd>/</kbd> filter · <kbd>o</kbd> columns · <kbd>↑</kbd> <kbd>↓</kbd> walk · <kbd>space</kbd> choose · <kbd>p</kbd> pin · <kbd>enter</kbd> open · <kbd>c</kbd> compare</span></>}>
        <div className="run-actions">
          <Link className="btn primary" to={compare}>
            {view.chosen.length > 0 ? `Compare ${view.chosen.length}` : 'Compare these'}
          </Link>
          <Csv experiment={found} view={view} />
        </div>
      </Head>
      <FilterBar keys={found} filter={view.filter} error={asked.error?.message} apply={(filter) => set({ filter })} />
      <div className="table-tools">
        <button type="button" className="btn small" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>
          Columns ({view.columns.length})
        </button>
        <label>
          Group by{' '}
          <select className="chip" disabled={view.archived} value={view.group} onChange={(event) => {
              setOpen([]);
              set({ group: event.target.value });
            }}>
            <option value="">nothing</option>
            {['run.status', 'run.user', ...found.params.map((key) => `params.${key}`), ...found.tagKeys.filter((key) => !hidden(key)).map((key) => `tags.${key}`)].filter((id) => groupable(columnOf(id))).map((id) => (
              <option key={id} value={id}>
                {id.replace(/^run\./, '')}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input type="checkbox" checked={view.archived} onChange={() => set({ archived: view.archived ? '' : 'yes', runs: '', pin: '' })} /> the archive
        </label>
        <Archive chosen={view.chosen} archived={view.archived} clear={() => set({ runs: '' })} />
        <span className="muted" aria-live="polite">
          {asked.isFetching ? 'Asking for more…' : flat ? `${count(plain.length)} loaded` : 'mean ± standard deviation of each group'}
        </span>
      </div>
      {choosing && <ColumnChooser found={found} chosen={view.columns.map(({ id }) => id)} change={(ids) => set({ cols: ids.length === 0 ? 'none' : ids.join(',') })} />}
      {asked.data === undefined && asked.isPending && <Waiting />}
      {asked.data !== undefined && (
        <RunTable
          items={items}
          view={view}
          more={more}
          total={view.filter === '' && flat && !view.archived ? found.experiment.runs : undefined}
          sortBy={(id) => set({ sort: `${id}:${view.sort === id && view.descending ? 'asc' : 'desc'}` })}
          flip={flip}
          pin={pin}
          unfold={(value) => setOpen((before) => flipped(before, value).slice(-8))}
          narrow={(value) => set({ group: '', filter: within(view.filter, view.group, value) })}
          resize={(id, width) => set({ widths: Object.entries({ ...view.widths, [id]: width }).map(([name, size]) => `${name}:${size}`).join(',') })}
        />
      )}
    </>
  );
}

function headline(found: ExperimentView, view: TableView, loaded: number, more: boolean): string {
  const { name, runs, running } = found.experiment;
  if (view.archived) return loaded === 0 ? `${name}: no run${view.filter === '' ? ' is' : ' that fits is'} in the archive.` : `${name}: ${more ? 'more than ' : ''}${count(loaded)} run${loaded === 1 && !more ? '' : 's'} in the archive.`;
  if (view.filter !== '') return `${name}: ${more ? `more than ${count(loaded)}` : count(loaded)} of ${count(runs)} runs fit.`;
  return `${name}: ${count(runs)} run${runs === 1 ? '' : 's'}${running > 0 ? `, ${count(running)} running` : ''}.`;
}

/** Every run that fits, in the order of the table, with the columns that it shows. */
function Csv({ experiment, view }: { readonly experiment: ExperimentView; readonly view: TableView }) {
  const [done, setDone] = useState<number>();
  const [wrong, setWrong] = useState('');
  const fetchAll = async () => {
    const parts = [headOf(view.columns)];
    let token = '';
    let sum = 0;
    setWrong('');
    try {
      do {
        setDone(sum);
        const page = await get<RunPage>(runsPath(experiment.experiment.id, queryOf(view), 1000, token));
        if (page.runs.length > 0) parts.push(rowsOf(page.runs, view.columns));
        sum += page.runs.length;
        token = page.next ?? '';
      } while (token !== '');
      save(`${experiment.experiment.name}.csv`, new Blob([`${parts.join('\n')}\n`], { type: 'text/csv' }));
    } catch (failure) {
      setWrong(failure instanceof Error ? failure.message : 'The download stopped.');
    }
    setDone(undefined);
  };
  return (
    <>
      <button type="button" className="btn" disabled={done !== undefined} onClick={() => void fetchAll()}>
        {done === undefined ? 'CSV' : `${count(done)} rows…`}
      </button>
      {wrong !== '' && <p className="wrong">{wrong}</p>}
    </>
  );
}
