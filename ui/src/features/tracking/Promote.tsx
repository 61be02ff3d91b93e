import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { ApiError, postMlflow } from '../../shared/api/client';
import { useVersions } from '../../shared/api/queries';
import type { RunRecord } from '../../shared/api/tracking';

/** The way of a run's model to traffic: the version that it registered, or registering the model that a client logged. */
export function Promote({ record }: { readonly record: RunRecord }) {
  const { product = '' } = useParams();
  const own = record.experimentName === product;
  const versions = useVersions(own ? product : '', own).data ?? [];
  const version = versions.find(({ runId }) => runId === record.run.id);
  const model = record.modelsWritten[0];
  if (version) {
    return (
      <p>
        It registered <Link to={`/p/${product}/models/${version.version}`}>version {version.version}</Link>; <Link to={`/p/${product}/rollouts`}>rollouts</Link> show how it goes to traffic.
      </p>
    );
  }
  return model === undefined ? null : <Register run={record.run.id} model={model} />;
}

function Register({ run, model }: { readonly run: string; readonly model: string }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const register = useMutation({
    mutationFn: async () => {
      await postMlflow('/registered-models/create', { name }).catch((failure: unknown) => {
        if (!(failure instanceof ApiError && /RESOURCE_ALREADY_EXISTS/.test(JSON.stringify(failure.problem)))) throw failure;
      });
      return postMlflow<{ model_version: { version: string } }>('/model-versions/create', { name, source: `models:/${model}`, run_id: run, model_id: model });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['registered'] }),
  });
  return (
    <form
      className="inline-form"
      aria-label="Register the model of this run"
      onSubmit={(event) => {
        event.preventDefault();
        register.mutate();
      }}
    >
      <label htmlFor="register-name">Register its model as</label> <input id="register-name" className="text mono" required maxLength={250} value={name} onChange={(event) => setName(event.target.value)} />{' '}
      <button type="submit" className="btn small" disabled={register.isPending || name.trim() === ''}>
        Register
      </button>
      {register.data && (
        <span role="status">
          {' '}
          Registered as version {register.data.model_version.version}: <Link to={`../../models/${encodeURIComponent(name)}`} relative="path">{name}</Link>
        </span>
      )}
      {register.error && (
        <p className="wrong" role="alert">
          {register.error.message}
        </p>
      )}
    </form>
  );
}
