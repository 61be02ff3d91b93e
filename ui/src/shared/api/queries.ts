import { useQuery } from '@tanstack/react-query';
import { get, getText } from './client';
import type { Comment, DocumentRow, Draft, DriftRow, Me, OpenPlan, QuestionInfo, VersionRow } from './contract';
import type { BoardWebhook,
  Alert,
  AliasView,
  BundleScan,
  CanvasSummary,
  Conformance,
  DeploymentView,
  DrillInfo,
  DrillRecord,
  Evaluation,
  Explanation,
  FeatureDrift,
  Incident,
  Lineage,
  LogLine,
  ModelVersion,
  MonitorView,
  Observed,
  Rollout,
  Run,
  StateChange,
  VersionView,
} from './types';

function useApi<T>(key: readonly string[], path: string, enabled = true) {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => get<T>(path, signal), enabled });
}

function useText(key: readonly string[], path: string, enabled = true) {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => getText(path, signal), enabled });
}

const at = encodeURIComponent;
const canvas = (p: string) => `/canvases/${at(p)}`;

export const useCanvases = () => useApi<CanvasSummary[]>(['canvases'], '/canvases');
export const useConformance = (p: string, enabled = true) => useApi<Conformance>(['conformance', p], `${canvas(p)}/conformance`, enabled);
export const useHistory = (p: string, key: string) => useApi<StateChange[]>(['conformance', p, 'history', key], `${canvas(p)}/questions/${at(key)}/history`);
/** Every question's changes at once; only where the board shows them. */
export const useHistories = (p: string, enabled: boolean) => useApi<StateChange[]>(['conformance', p, 'history'], `${canvas(p)}/history`, enabled);
/** The newest stored rows of one clause. */
export const useObserved = (p: string, key: string, clause: string) => useApi<Observed[]>(['conformance', p, 'evidence', key, clause], `${canvas(p)}/evidence/${at(key)}/${at(clause)}`);
export const useComments = (p: string) => useApi<Comment[]>(['comments', p], `${canvas(p)}/comments`);
/** Who is told when the board changes; only maintainers may know. */
export const useBoardWebhooks = (p: string, enabled: boolean) => useApi<BoardWebhook[]>(['webhooks', p], `${canvas(p)}/webhooks`, enabled);
export const useMe = () => useApi<Me>(['me'], '/me');

export const useQuestions = () => useApi<QuestionInfo[]>(['questions'], '/questions');
export const useDraft = (p: string) => useApi<Draft>(['draft', p], `${canvas(p)}/draft`);
/** A version of the canvas as it was written, comments and all. */
export const useWritten = (p: string, version: string) => useApi<{ readonly source?: string }>(['source', p, version], `${canvas(p)}/versions/${at(version)}`, version !== '');
export const useCanvasVersions = (p: string) => useApi<VersionRow[]>(['canvases', p, 'versions'], `${canvas(p)}/versions`);
export const useOpenPlans = (p: string) => useApi<OpenPlan[]>(['plan', p], `${canvas(p)}/plans`);
export const useCanvasDrift = (p: string) => useApi<DriftRow[]>(['conformance', p, 'drift'], `${canvas(p)}/drift`);

export const useRuns = (p: string) => useApi<Run[]>(['runs', p], `/pipelines/${at(p)}/runs`);
export const useRun = (p: string, id: string) => useApi<Run>(['run', p, id], `/pipelines/${at(p)}/runs/${at(id)}`);
export const useLog = (p: string, id: string, step: string) =>
  useApi<LogLine[]>(['log', p, id, step], `/pipelines/${at(p)}/runs/${at(id)}/steps/${at(step)}/log?after=0`, step !== '');
export const useExplain = (p: string, id: string, step: string) =>
  useApi<Explanation>(['run', p, id, 'explain', step], `/pipelines/${at(p)}/runs/${at(id)}/steps/${at(step)}/explain`, step !== '');

/** Where one model of a run errs; the one that went on to the gates where none is named. */
export const useEvaluation = (p: string, id: string, rung: string) =>
  useApi<Evaluation>(['run', p, id, 'evaluation', rung], `/pipelines/${at(p)}/runs/${at(id)}/evaluation${rung === '' ? '' : `?rung=${at(rung)}`}`);

export const useVersions = (p: string, enabled = true) => useApi<ModelVersion[]>(['versions', p], `/models/${at(p)}/versions`, enabled);
export const useVersion = (p: string, v: string) => useApi<VersionView>(['version', p, v], `/models/${at(p)}/versions/${at(v)}`);
export const useAliases = (p: string) => useApi<AliasView>(['versions', p, 'aliases'], `/models/${at(p)}/aliases`);
export const useLineage = (p: string, v: string) => useApi<Lineage>(['lineage', p, v], `/models/${at(p)}/versions/${at(v)}/lineage`);

/** A bundle read again, byte for byte; only when somebody asks. */
export const useScan = (p: string, v: string, enabled: boolean) => useApi<BundleScan>(['version', p, v, 'scan'], `/models/${at(p)}/versions/${at(v)}/scan`, enabled);

export const useDeployment = (p: string) => useApi<DeploymentView>(['deployment', p], `/deployments/${at(p)}`);
/** What a release would begin; asked anew each time, for the traffic may have moved. */
export const useReleasePlan = (p: string, v: string) =>
  useQuery({ queryKey: ['deployment', p, 'plan', v], queryFn: ({ signal }) => get<Rollout>(`/deployments/${at(p)}/versions/${at(v)}/plan`, signal), staleTime: 0, gcTime: 0, retry: false });
export const useMonitor = (p: string) => useApi<MonitorView>(['monitor', p], `/monitors/${at(p)}`);
export const useFeatureDrift = (p: string) => useApi<FeatureDrift>(['features', p], `/monitors/${at(p)}/features`);
export const useAlerts = (p: string) => useApi<Alert[]>(['alerts', p], `/alerts?product=${at(p)}`);
export const useIncidents = (p: string) => useApi<Incident[]>(['incidents', p], `/incidents/${at(p)}`);

export const useDrills = (p: string) => useApi<DrillInfo[]>(['drills', p], `/drills/${at(p)}`);
export const useDrillRecords = (p: string) => useApi<DrillRecord[]>(['drills', p, 'records'], `/drills/${at(p)}/records`);

export const useDocuments = (p: string, version: string) =>
  useApi<DocumentRow[]>(['documents', p, version], `/documents/${at(p)}${version === '' ? '' : `?version=${at(version)}`}`);
export const useDocument = (p: string, name: string, version: string) =>
  useText(['documents', p, version, name], `/documents/${at(p)}/${at(name)}?format=md${version === '' ? '' : `&version=${at(version)}`}`, name !== '');
