import type { Arm } from '../../shared/api/types';
import { percent } from '../../shared/lib/format';
import type { Tone } from '../../shared/lib/state';

const tones: Readonly<Record<string, Tone>> = { champion: 'leaf', candidate: 'amber', previous: 'slate', baseline: 'sky' };

/** The traffic as one stream that divides into a ribbon per arm, as wide as its share. */
export function Ribbon({ arms }: { readonly arms: readonly Arm[] }) {
  const live = arms.filter((arm) => arm.weight > 0);
  const [width, height, gap] = [760, 96, 14];
  const total = live.reduce((sum, arm) => sum + arm.weight, 0) || 1;
  const room = height - gap * Math.max(0, live.length - 1);
  const bands = live.map((arm, index) => {
    const before = (live.slice(0, index).reduce((sum, other) => sum + other.weight, 0) / total) * room;
    return { arm, thick: (arm.weight / total) * room, from: (height - room) / 2 + before, to: before + index * gap };
  });
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Traffic by version">
      <svg width={width} height={height + 8} viewBox={`0 -4 ${width} ${height + 8}`} role="img" aria-label={live.map((arm) => `${arm.role} ${arm.version} ${percent(arm.weight)}`).join(', ')}>
        {bands.map(({ arm, thick, from, to }) => {
          const tone = tones[arm.role] ?? 'slate';
          const middle = `M96 ${from + thick / 2}C230 ${from + thick / 2} 250 ${to + thick / 2} 380 ${to + thick / 2}H560`;
          return (
            <g key={arm.version + arm.role}>
              <path d={`M96 ${from}C230 ${from} 250 ${to} 380 ${to}H560V${to + thick}H380C250 ${to + thick} 230 ${from + thick} 96 ${from + thick}Z`} className={`f-${tone} soft`} />
              <path d={middle} fill="none" className={`s-${tone} flow`} strokeWidth="1.8" strokeDasharray="6 12" />
              <text className="strong" x="572" y={to + thick / 2 - 1}>
                {arm.version} · {percent(arm.weight)}
              </text>
              <text x="572" y={to + thick / 2 + 13}>
                {arm.role}
              </text>
            </g>
          );
        })}
        <text className="strong" x="0" y={height / 2}>
          All requests
        </text>
        <text x="0" y={height / 2 + 14}>
          by sticky hash
        </text>
      </svg>
    </div>
  );
}
