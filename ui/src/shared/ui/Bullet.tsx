import { bullet } from '../lib/scale';
import type { Tone } from '../lib/state';

/** The observed value as a bar, with a tick at the bound. */
export function Bullet({ value, target, tone }: { readonly value: number; readonly target: number; readonly tone: Tone }) {
  const { fill, tick } = bullet(value, target);
  return (
    <svg className="bullet" viewBox="0 0 64 8" aria-hidden="true" preserveAspectRatio="none">
      <rect x="0" y="2" width="64" height="4" rx="2" className="f-line" />
      <rect x="0" y="2" width={Math.max(1, fill * 64)} height="4" rx="2" className={`f-${tone}`} />
      <rect x={Math.min(62.5, tick * 64)} y="0" width="1.5" height="8" className="f-ink" />
    </svg>
  );
}
