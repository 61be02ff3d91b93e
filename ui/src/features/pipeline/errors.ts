import type { ErrorAnalysis } from '../../shared/api/types';

/** The pair of labels that are confused most often; nothing where all is right. */
export function worstConfusion({ labels, confusion }: Pick<ErrorAnalysis, 'labels' | 'confusion'>): { readonly actual: string; readonly said: string; readonly n: number } | undefined {
  const pairs = labels.flatMap((actual, row) => labels.flatMap((said, column) => (row === column ? [] : [{ actual, said, n: confusion[row]?.[column] ?? 0 }])));
  const [most] = pairs.toSorted((a, b) => b.n - a.n);
  return most !== undefined && most.n > 0 ? most : undefined;
}

/** What one types to make a run again: the sources, the canvas, then the pipeline. */
export function reproduction(facts: { readonly product: string; readonly canvasVersion: string; readonly commit: string | undefined; readonly origin: string }): string {
  const { product, canvasVersion, commit, origin } = facts;
  return [
    ...(commit === undefined ? [] : [`git checkout ${commit}`]),
    `curl -s '${origin}/api/v1/canvases/${encodeURIComponent(product)}/export?version=${encodeURIComponent(canvasVersion)}' > canvas.yaml`,
    './espalier apply -f canvas.yaml',
    `./espalier run ${product} --reason reproduction`,
  ].join('\n');
}
