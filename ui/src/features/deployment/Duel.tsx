import type { GuardrailResult, Reading } from '../../shared/api/types';
import { extent, linear } from '../../shared/lib/scale';
import { toneOf } from '../../shared/lib/state';

/** Both arms on one scale, intervals closing on the bound as requests come. */
export function Duel({ guard, show }: { readonly guard: GuardrailResult; readonly show: (value: number) => string }) {
  const { champion, candidate, bound } = guard;
  const [low, high] = extent([0, bound, champion?.value, champion?.high, candidate?.value, candidate?.high]);
  const x = linear([low, high + (high - low) * 0.08], [4, 216]);
  const arm = (reading: Reading | undefined, y: number, className: string) =>
    reading && (
      <g className={className}>
        <path d={`M${x(reading.low)} ${y}H${x(reading.high)}M${x(reading.low)} ${y - 3}v6M${x(reading.high)} ${y - 3}v6`} strokeWidth="1.6" fill="none" />
        <circle cx={x(reading.value)} cy={y} r="3.2" strokeWidth="0" />
      </g>
    );
  return (
    <svg width="220" height="30" viewBox="0 0 220 30" role="img" aria-label={`Champion ${champion ? show(champion.value) : 'unknown'}, candidate ${candidate ? show(candidate.value) : 'unknown'}, bound ${show(bound)}`}>
      {guard.op === 'AT_MOST' || guard.op === 'BELOW' ? <rect x="0" width={x(bound)} height="30" className="f-leaf softest" /> : <rect x={x(bound)} width={220 - x(bound)} height="30" className="f-leaf softest" />}
      {arm(champion, 9, 's-slate f-slate')}
      {arm(candidate, 21, `s-${toneOf(guard.verdict)} f-${toneOf(guard.verdict)}`)}
      <path d={`M${x(bound)} 0V30`} className="s-ink" strokeDasharray="2.5 2" />
    </svg>
  );
}
