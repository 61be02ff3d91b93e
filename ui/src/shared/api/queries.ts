import { useQuery } from '@tanstack/react-query';
import { get } from './client';
import type {
  Alert,
  AliasView,
  CanvasSummary,
  Conformance,
  DeploymentView,
  Explanation,
  Incident,
  Lineage,
  LogLine,
  ModelVersion,
  MonitorView,
  Run,
  StateChange,
  VersionView,
} from './types';

function useApi<T>(key: readonly string[], path: string, enabled = true) {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => get<T>(path, signal), enabled });
}

const at = encodeURIComponent;

export const useCanvases = () => useApi<CanvasSummary[]>(['canvases'], '/canvases');
export const useConformance = (p: string) => useApi<Conformance>(['conformance', p], `/canvases/${at(p)}/conformance`);
export const useRuns = (p: string) => useApi<Run[]>(['runs', p], `/pipelines/${at(p)}/runs`);
export const useRun = (p: string, id: string) => useApi<Run>(['run', p, id], `/pipelines/${at(p)}/runs/${at(id)}`);
export const useLog = (p: string, id: string, step: string) =>
  useApi<LogLine[]>(['log', p, id, step], `/pipelines/${at(p)}/runs/${at(id)}/steps/${at(step)}/log?after=0`, step !== '');
export const useExplain = (p: string, id: string, step: string) =>
  useApi<Explanation>(['run', p, id, 'explain', step], `/pipelines/${at(p)}/runs/${at(id)}/steps/${at(step)}/explain`, step !== '');
export const useVersions = (p: string) => useApi<ModelVersion[]>(['versions', p], `/models/${at(p)}/versions`);
export const useVersion = (p: string, v: string) => useApi<VersionView>(['version', p, v], `/models/${at(p)}/versions/${at(v)}`);
export const useAliases = (p: string) => useApi<AliasView>(['versions', p, 'aliases'], `/models/${at(p)}/aliases`);
export const useHistory = (p: string, key: string) =>
  useApi<StateChange[]>(['conformance', p, 'history', key], `/canvases/${at(p)}/questions/${at(key)}/history`);
export const useLineage = (p: string, v: string) => useApi<Lineage>(['lineage', p, v], `/models/${at(p)}/versions/${at(v)}/lineage`);
export const useDeployment = (p: string) => useApi<DeploymentView>(['deployment', p], `/deployments/${at(p)}`);
export const useMonitor = (p: string) => useApi<MonitorView>(['monitor', p], `/monitors/${at(p)}`);
export const useAlerts = (p: string) => useApi<Alert[]>(['alerts', p], `/alerts?product=${at(p)}`);
export const useIncidents = (p: string) => useApi<Incident[]>(['incidents', p], `/incidents/${at(p)}`);
