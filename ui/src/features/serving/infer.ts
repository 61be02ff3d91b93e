/** An answer of the Open Inference Protocol. */
export interface Inferred {
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: readonly unknown[] }[];
}

export const inferRequest = (text: string) => ({ inputs: [{ name: 'text', datatype: 'BYTES', shape: [1], data: [text] }] });

/** Label and greatest probability of one of the texts that were asked about. */
export function said(answer: Inferred, row: number): { readonly label: string; readonly probability: number | undefined } {
  const output = (name: string) => answer.outputs.find((one) => one.name === name);
  const shares = output('probabilities');
  const width = shares?.shape.at(-1) ?? 0;
  const mine = (shares?.data ?? []).slice(row * width, (row + 1) * width).filter((share) => typeof share === 'number');
  return { label: String(output('label')?.data[row] ?? ''), probability: mine.length === 0 ? undefined : Math.max(...mine) };
}
