import type { StateChange } from '../api/types';
import { dayStates, stretches } from '../lib/days';
import { stateLooks } from '../lib/state';
import { day } from '../lib/time';

/** One bar per day in the colour of the worst state that held; the height tells states apart without colour. */
export function StateStrip(props: { readonly changes: readonly StateChange[]; readonly now: string; readonly days: number; readonly width: number; readonly height: number }) {
  const { width, height } = props;
  const days = dayStates(props.changes, props.now, props.days);
  const step = width / days.length;
  const gap = step > 3 ? 1.2 : step > 1.6 ? 0.4 : 0;
  const said = stretches(days)
    .filter((stretch) => stretch.state !== undefined)
    .map((stretch) => `${stretch.state ? stateLooks[stretch.state].word.toLowerCase() : ''} ${stretch.length} d`)
    .join(', ');
  return (
    <svg className="strip" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Last ${props.days} days: ${said || 'nothing judged yet'}`}>
      {days.map(({ day: at, state }, index) => {
        const tall = state === undefined ? 2 : state === 'CONFORMS' ? height : Math.max(3, height * (state === 'VIOLATED' ? 1 : 0.66));
        return (
          <rect key={at} x={index * step} y={height - tall} width={Math.max(0.6, step - gap)} height={tall} rx={step > 3 ? 1 : 0} className={state === undefined ? 'f-line' : `f-${stateLooks[state].tone}`} opacity={state === 'NO_EVIDENCE' || state === 'UNANSWERED' ? 0.45 : 1}>
            <title>{`${day(at)}: ${state === undefined ? 'not judged' : stateLooks[state].word.toLowerCase()}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
