import { extent, linear } from '../lib/scale';
import type { Tone } from '../lib/state';

/** A value with its interval on one line, and the bound as a dashed tick. */
export function Whisker(props: {
  readonly value: number | undefined;
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly bound?: number;
  /** The scale, where several are compared by eye. */
  readonly domain?: readonly [number, number];
  readonly tone: Tone;
  readonly label: string;
}) {
  const { value, bound, tone, label } = props;
  const [low, high] = Number.isFinite(props.low) && Number.isFinite(props.high) ? [props.low, props.high] : [undefined, undefined];
  if (value === undefined || !Number.isFinite(value)) return <span className="muted">–</span>;
  const [from, to] = props.domain ?? extent([value, low, high, bound]);
  const pad = (to - from || 1) * 0.08;
  const x = linear([from - pad, to + pad], [2, 138]);
  return (
    <svg width="140" height="18" viewBox="0 0 140 18" role="img" aria-label={label}>
      <path d="M0 9H140" className="s-line" />
      {low !== undefined && high !== undefined && (
        <path d={`M${x(low)} 9H${x(high)}M${x(low)} 6v6M${x(high)} 6v6`} className={`s-${tone}`} strokeWidth="1.6" fill="none" />
      )}
      {bound !== undefined && <path d={`M${x(bound)} 1V17`} className="s-ink" strokeDasharray="2.5 2" />}
      <circle cx={x(value)} cy="9" r="3.4" className={`f-${tone}`} />
    </svg>
  );
}
