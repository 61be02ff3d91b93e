import type { Conformance } from '../../shared/api/types';

/** A bound that the canvas sets on a metric. */
export interface Threshold {
  readonly value: number;
  readonly text: string;
}

const SIGNS: Readonly<Record<string, string>> = { '<=': '≤', '>=': '≥', '<': '<', '>': '>' };

/** The canvas's bound on a metric; a rung's metric (`v1.macro_f1`) is the metric itself. */
export function thresholdOf(board: Pick<Conformance, 'questions'> | undefined, metric: string): Threshold | undefined {
  const name = metric.replace(/^v\d+\./, '');
  const clause = board?.questions.flatMap(({ evidence }) => evidence).find(({ text, target, op }) => text.startsWith(`${name} `) && op !== undefined && target !== undefined && target.trim() !== '' && Number.isFinite(Number(target)));
  return clause && { value: Number(clause.target), text: `${SIGNS[String(clause.op)] ?? String(clause.op)} ${clause.text.replace(/^.*?([\d.]+\s?%?).*$/, '$1')}` };
}

/** The values of a chart as CSV, a line for each point; `place` writes where on the axis it lies. */
export function chartCsv(title: string, lines: readonly { readonly run: string; readonly name: string; readonly points: readonly { readonly x: number; readonly y: number }[] }[], axis: string, place: (x: number) => string = String): string {
  const safe = (text: string) => (/[",\n\r]|^[=+\-@]/.test(text) ? `"${text.replaceAll('"', '""').replace(/^([=+\-@])/, "'$1")}"` : text);
  return `${[['run_id', 'name', safe(axis), safe(title)].join(','), ...lines.flatMap((line) => line.points.map((point) => [line.run, safe(line.name), place(point.x), point.y].join(',')))].join('\n')}\n`;
}
