import { Link } from 'react-router';
import { useRegisteredModels, type ClientModel } from '../../shared/api/registered';
import { dateTime } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';

export const newestOf = (model: ClientModel): number => Math.max(0, ...(model.latest_versions ?? []).map(({ version }) => Number(version)));

/** The models that MLflow's clients registered. */
export function Registered() {
  return (
    <Asked query={useRegisteredModels()}>
      {(models) => (
        <>
          <Head title={models.length === 0 ? 'No client has registered a model yet.' : `${models.length} registered model${models.length === 1 ? '' : 's'}.`} lead="What MLflow's clients registered here. The versions that a product trained itself are under Models.">
            <Link className="btn" to=".." relative="path">
              Experiments
            </Link>
          </Head>
          {models.length === 0 ? (
            <Empty title="Register one" command='mlflow.register_model("models:/MODEL_ID", "name")'>
              From a run that logged a model:
            </Empty>
          ) : (
            <div className="table-wrap" tabIndex={0} role="group" aria-label="Registered models">
              <table>
                <thead>
                  <tr>
                    <th>Model</th>
                    <th className="num">Newest version</th>
                    <th>Aliases</th>
                    <th>Changed</th>
                    <th>What it is</th>
                  </tr>
                </thead>
                <tbody>
                  {models.map((model) => (
                    <tr key={model.name}>
                      <td>
                        <Link to={encodeURIComponent(model.name)}>{model.name}</Link>
                      </td>
                      <td className="num">{newestOf(model) || '–'}</td>
                      <td>
                        {(model.aliases ?? []).map(({ alias, version }) => (
                          <Pill key={alias} outcome={alias} text={`${alias} → ${version}`} />
                        ))}
                      </td>
                      <td className="nowrap">{dateTime(new Date(model.last_updated_timestamp ?? model.creation_timestamp).toISOString())}</td>
                      <td>{model.description}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </>
      )}
    </Asked>
  );
}
