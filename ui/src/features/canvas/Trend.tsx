import type { StateChange } from '../../shared/api/types';
import { stateLooks, statesBySeverity } from '../../shared/lib/state';
import { day } from '../../shared/lib/time';
import { countsByDay } from './conformity';

const DAYS = 90;
const [WIDTH, HEIGHT] = [900, 72];

/** How many answers stood in which state on each of the last ninety days. */
export function Trend({ changes, now }: { readonly changes: readonly StateChange[]; readonly now: string }) {
  const days = countsByDay(changes, now, DAYS);
  const most = Math.max(...days.map(({ counts }) => total(counts)));
  // A board of one day has no course yet.
  if (days.filter(({ counts }) => total(counts) > 0).length < 2) return null;
  const step = WIDTH / DAYS;
  const last = days.at(-1);
  const first = days.find(({ counts }) => total(counts) > 0);
  const conform = (at: (typeof days)[number] | undefined) => at?.counts.get('CONFORMS') ?? 0;
  const states = statesBySeverity.filter((state) => state !== 'N_A').toReversed();
  return (
    <figure className="trend">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Answers by state over ${DAYS} days: ${conform(first)} conformed on ${first ? day(first.day) : ''}, ${conform(last)} do now`}>
        {days.map(({ day: at, counts }, index) => {
          let top = HEIGHT;
          return states.map((state) => {
            const tall = ((counts.get(state) ?? 0) / most) * HEIGHT;
            top -= tall;
            return tall === 0 ? null : (
              <rect key={at + state} x={index * step} y={top} width={step - 0.8} height={tall} className={`f-${stateLooks[state].tone}`} opacity={state === 'NO_EVIDENCE' || state === 'UNANSWERED' ? 0.4 : 1}>
                <title>{`${day(at)}: ${counts.get(state)} ${stateLooks[state].word.toLowerCase()}`}</title>
              </rect>
            );
          });
        })}
      </svg>
      <figcaption className="muted">
        Ninety days: {conform(first)} conformed on {first ? day(first.day) : ''}, {conform(last)} do now.
      </figcaption>
    </figure>
  );
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts].reduce((sum, [state, count]) => (state === 'N_A' ? sum : sum + count), 0);
}
