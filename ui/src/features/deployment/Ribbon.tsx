import type { Arm } from '../../shared/api/types';
import { Measured } from '../../shared/chart/Measured';
import { percent } from '../../shared/lib/format';
import type { Tone } from '../../shared/lib/state';

const tones: Readonly<Record<string, Tone>> = { champion: 'leaf', candidate: 'amber', previous: 'slate', baseline: 'sky' };

/** The traffic as one stream that divides into a ribbon per arm, as wide as its share. */
export function Ribbon({ arms }: { readonly arms: readonly Arm[] }) {
  const live = arms.filter((arm) => arm.weight > 0);
  const standby = arms.filter((arm) => arm.weight === 0);
  return (
    <>
      <Measured label="Traffic by version">{(width) => <Stream live={live} width={Math.min(width, 980)} />}</Measured>
      {standby.length > 0 && <p className="muted">Loaded and ready, without traffic: {standby.map((arm) => `${arm.version} (${arm.role})`).join(', ')}.</p>}
    </>
  );
}

function Stream({ live, width }: { readonly live: readonly Arm[]; readonly width: number }) {
  const [height, gap] = [live.length > 1 ? 110 : 48, 14];
  const [from, to] = [88, width - 130];
  const bend = (to - from) * 0.3;
  const total = live.reduce((sum, arm) => sum + arm.weight, 0) || 1;
  const room = height - gap * Math.max(0, live.length - 1);
  const bands = live.map((arm, index) => {
    const before = (live.slice(0, index).reduce((sum, other) => sum + other.weight, 0) / total) * room;
    return { arm, thick: (arm.weight / total) * room, start: (height - room) / 2 + before, end: before + index * gap };
  });
  const [a, b, c] = [from + bend * 0.8, from + bend * 1.1, from + bend * 1.9];
  return (
    <svg width={width} height={height + 8} viewBox={`0 -4 ${width} ${height + 8}`} role="img" aria-label={live.map((arm) => `${arm.role} ${arm.version} ${percent(arm.weight)}`).join(', ')}>
      {bands.map(({ arm, thick, start, end }) => {
        const tone = tones[arm.role] ?? 'slate';
        return (
          <g key={arm.version + arm.role}>
            <path d={`M${from} ${start}C${a} ${start} ${b} ${end} ${c} ${end}H${to}V${end + thick}H${c}C${b} ${end + thick} ${a} ${start + thick} ${from} ${start + thick}Z`} className={`f-${tone} soft`} />
            <path d={`M${from} ${start + thick / 2}C${a} ${start + thick / 2} ${b} ${end + thick / 2} ${c} ${end + thick / 2}H${to}`} fill="none" className={`s-${tone} flow`} strokeWidth="1.8" strokeDasharray="6 12" />
            <text className="strong" x={to + 12} y={end + thick / 2 - 1}>
              {arm.version} · {percent(arm.weight)}
            </text>
            <text x={to + 12} y={end + thick / 2 + 13}>
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
  );
}
