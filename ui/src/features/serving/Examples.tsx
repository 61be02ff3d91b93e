import { useDeployment, useEvaluation, useVersion } from '../../shared/api/queries';
import { examples } from './examples';

/** Texts to begin with, from the rows that the champion was tested on; none where they are no longer stored. */
export function Examples({ product, choose }: { readonly product: string; readonly choose: (text: string) => void }) {
  const champion = useDeployment(product).data?.aliases['champion'];
  return champion === undefined ? null : <OfVersion product={product} version={champion} choose={choose} />;
}

function OfVersion({ version, ...rest }: { readonly product: string; readonly version: string; readonly choose: (text: string) => void }) {
  const run = useVersion(rest.product, version).data?.model.runId;
  return run === undefined ? null : <OfRun run={run} {...rest} />;
}

function OfRun({ product, run, choose }: { readonly product: string; readonly run: string; readonly choose: (text: string) => void }) {
  const { data } = useEvaluation(product, run, '');
  return examples(data).map(({ name, text }) => (
    <button key={name} type="button" className="btn small" title={text} onClick={() => choose(text)}>
      {name}
    </button>
  ));
}
