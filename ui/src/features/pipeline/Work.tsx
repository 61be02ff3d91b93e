import type { StepRun } from '../../shared/api/types';
import { millis, number, words } from '../../shared/lib/format';

/** How much of the processors each step kept busy: where it waited, and where more cores would help. */
export function Work({ steps }: { readonly steps: readonly StepRun[] }) {
  const worked = steps.filter(({ wallMillis }) => wallMillis > 0);
  if (worked.length === 0) return <p className="muted">No step of this run has worked yet: what came from the cache cost nothing.</p>;
  const longest = Math.max(...worked.map(({ wallMillis, cpuMillis }) => Math.max(wallMillis, cpuMillis)));
  const share = (value: number) => (value / longest) * 100;
  const [wall, cpu] = [worked.reduce((sum, step) => sum + step.wallMillis, 0), worked.reduce((sum, step) => sum + step.cpuMillis, 0)];
  return (
    <>
      <div className="bars work">
        {worked.map((step) => (
          <div key={step.name} className="pair">
            <span>{words(step.name)}</span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={`${words(step.name)}: ${millis(step.wallMillis)} wall, ${millis(step.cpuMillis)} processor`}>
              <rect width={share(step.wallMillis)} height="4" className="f-line" />
              <rect y="5" width={share(step.cpuMillis)} height="5" className="f-leaf" />
            </svg>
            <span className="val" title="processor seconds in each second: cores kept busy">
              {millis(step.cpuMillis)} of {millis(step.wallMillis)}, {number(step.cpuMillis / step.wallMillis)} cores
            </span>
          </div>
        ))}
      </div>
      <p className="muted">
        Above the time that passed, below the time that processors worked for it: {millis(cpu)} in {millis(wall)} of all steps.
      </p>
    </>
  );
}
