import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { get } from './client';
import type { components } from './generated/schema';

type Schemas = components['schemas'];
export type ExperimentRow = Schemas['ExperimentRow'];
export type ExperimentView = Schemas['ExperimentView'];
export type RunRow = Schemas['RunRow'];
export type RunGroup = Schemas['RunGroup'];
export type RunPage = Schemas['RunPage'];
export type RunRecord = Schemas['RunRecord'];
export type MetricSeries = Schemas['MetricSeries'];
export type ArtifactFolder = Schemas['ArtifactFolder'];
export type Real = Schemas['Real'];

/** Rows that come at once; a scroll of a few screens asks for the next. */
export const PAGE = 500;
/** How often what still runs is asked for again. */
const LIVE_MILLIS = 900;

/** What a page of runs is made from. */
export interface RunQuery {
  readonly filter: string;
  readonly order: readonly string[];
  readonly columns: readonly string[];
  /** The runs in the archive, in the place of those at hand. */
  readonly archived?: boolean;
}

const at = encodeURIComponent;

export function runsPath(experiment: string, query: RunQuery, limit: number, token: string): string {
  const search = new URLSearchParams({ limit: String(limit) });
  if (query.filter !== '') search.set('filter', query.filter);
  for (const order of query.order) search.append('order', order);
  // A column of no run keeps the answer thin where no column is shown.
  for (const column of query.columns.length > 0 ? query.columns : ['none']) search.append('column', column);
  if (query.archived) search.set('archived', 'yes');
  if (token !== '') search.set('token', token);
  return `/tracking/experiments/${at(experiment)}/runs?${search}`;
}

export const useExperiments = () => useQuery({ queryKey: ['experiments'], queryFn: ({ signal }) => get<ExperimentRow[]>('/tracking/experiments', signal) });

export const useExperiment = (id: string) =>
  useQuery({
    queryKey: ['experiments', id],
    queryFn: ({ signal }) => get<ExperimentView>(`/tracking/experiments/${at(id)}`, signal),
    refetchInterval: ({ state }) => (state.data !== undefined && state.data.experiment.running > 0 ? 5000 : false),
  });

/** Runs page by page; while one page shows and something in it runs, it is asked for again. */
export const useRunPages = (experiment: string, query: RunQuery, enabled: boolean) =>
  useInfiniteQuery({
    queryKey: ['experiment-runs', experiment, query.filter, query.order, query.columns, ...(query.archived ? ['archived'] : [])],
    queryFn: ({ pageParam, signal }) => get<RunPage>(runsPath(experiment, query, PAGE, pageParam), signal),
    initialPageParam: '',
    getNextPageParam: (last: RunPage) => last.next,
    // Hundreds of pages are compared by reference, not value by value.
    structuralSharing: false,
    placeholderData: keepPreviousData,
    enabled,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 && state.data.pages[0]?.runs.some(isRunning) ? 3000 : false),
  });

/** How many groups the table can show the spread of. */
const SPREADS = 20;

/** Runs put together by a value, over all that fit the filter. */
export const useGroups = (experiment: string, by: string, filter: string, metrics: readonly string[]) =>
  useQuery({
    queryKey: ['run-groups', experiment, by, filter, metrics],
    queryFn: ({ signal }) => {
      const search = new URLSearchParams([['by', by], ...(filter === '' ? [] : [['filter', filter]]), ...metrics.slice(0, SPREADS).map((metric) => ['metric', metric])]);
      return get<RunGroup[]>(`/tracking/experiments/${at(experiment)}/groups?${search}`, signal);
    },
    enabled: by !== '',
    placeholderData: keepPreviousData,
  });

/** The first runs of several queries at once. */
export const useFirstRuns = (experiment: string, queries: readonly RunQuery[]) =>
  useQueries({ queries: queries.map((query) => ({ queryKey: ['experiment-runs', experiment, query.filter, query.order, query.columns, PAGE], queryFn: () => get<RunPage>(runsPath(experiment, query, PAGE, '')) })) });

/** The first runs of a query, for charts over many. */
export const useManyRuns = (experiment: string, query: RunQuery, limit: number, enabled: boolean) =>
  useQuery({
    queryKey: ['experiment-runs', experiment, query.filter, query.order, query.columns, limit],
    queryFn: ({ signal }) => get<RunPage>(runsPath(experiment, query, limit, ''), signal),
    enabled,
  });

export const recordPath = (run: string) => `/tracking/runs/${at(run)}/record`;

export const useRecord = (run: string, enabled = true) =>
  useQuery({
    enabled,
    queryKey: ['record', run],
    queryFn: ({ signal }) => get<RunRecord>(recordPath(run), signal),
    refetchInterval: ({ state }) => (state.data && isRunning(state.data.run) ? LIVE_MILLIS : false),
  });

/** Metrics of runs, thinned; while a run goes on, so does its line. `over` is a metric whose value comes along with each. */
export const useSeries = (runs: readonly string[], metrics: readonly string[], live: boolean, over?: string, limit = 500) =>
  useQuery({
    queryKey: ['series', runs, metrics, limit, ...(over === undefined ? [] : [over])],
    queryFn: ({ signal }) => {
      const search = new URLSearchParams([...runs.map((run) => ['run', run]), ...metrics.map((metric) => ['metric', metric]), ['limit', String(limit)], ...(over === undefined ? [] : [['over', over]])]);
      return get<MetricSeries[]>(`/tracking/series?${search}`, signal);
    },
    enabled: runs.length > 0 && metrics.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: live ? LIVE_MILLIS : false,
  });

export const useFiles = (run: string, folder: string, enabled = true) =>
  useQuery({ queryKey: ['files', run, folder], queryFn: ({ signal }) => get<ArtifactFolder>(`/tracking/runs/${at(run)}/files?path=${at(folder)}`, signal), enabled });

/** Where the bytes of an artifact are. */
export const filePath = (run: string, path: string) => `/get-artifact?run_id=${at(run)}&path=${at(path)}`;

export const isRunning = (run: Pick<RunRow, 'status'>): boolean => run.status === 'RUNNING' || run.status === 'SCHEDULED';

/** What JSON has no number for comes as a text. */
export const real = (value: Real | undefined): number | undefined => (value === undefined ? undefined : Number(value));
