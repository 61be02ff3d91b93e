import { useQuery } from '@tanstack/react-query';
import { getBlob, getMlflow } from './client';

interface Pair {
  readonly key: string;
  readonly value: string;
}

/** A version as MLflow's clients see it. */
export interface ClientVersion {
  readonly name: string;
  readonly version: string;
  readonly creation_timestamp: number;
  readonly current_stage?: string;
  readonly description?: string;
  readonly source?: string;
  readonly run_id?: string;
  readonly status?: string;
  readonly tags?: readonly Pair[];
}

/** A registered model as MLflow's clients see it. */
export interface ClientModel {
  readonly name: string;
  readonly creation_timestamp: number;
  readonly last_updated_timestamp?: number;
  readonly description?: string;
  readonly latest_versions?: readonly ClientVersion[];
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[];
  readonly tags?: readonly Pair[];
}

const at = encodeURIComponent;

export const useRegisteredModels = () =>
  useQuery({ queryKey: ['registered'], queryFn: async ({ signal }) => (await getMlflow<{ registered_models?: ClientModel[] }>('/registered-models/search?max_results=1000', signal)).registered_models ?? [] });

export const useRegisteredModel = (name: string) =>
  useQuery({ queryKey: ['registered', name], queryFn: async ({ signal }) => (await getMlflow<{ registered_model: ClientModel }>(`/registered-models/get?name=${at(name)}`, signal)).registered_model });

export const useClientVersions = (name: string) =>
  useQuery({
    queryKey: ['registered', name, 'versions'],
    queryFn: async ({ signal }) => (await getMlflow<{ model_versions?: ClientVersion[] }>(`/model-versions/search?max_results=1000&filter=${at(`name='${name.replaceAll("'", "''")}'`)}`, signal)).model_versions ?? [],
  });

/** The `MLmodel` file of a version: its flavours and its signature, in YAML. */
export const useModelFile = (name: string, version: string, enabled: boolean) =>
  useQuery({ queryKey: ['registered', name, version, 'MLmodel'], queryFn: async ({ signal }) => (await getBlob(`/model-versions/get-artifact?name=${at(name)}&version=${at(version)}&path=MLmodel`, signal)).text(), enabled, retry: false });
