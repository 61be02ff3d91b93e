import { useEffect, useRef, useState } from 'react';
import { useExplain, useLog } from '../../shared/api/queries';
import type { LogLine, StepRun } from '../../shared/api/types';
import { millis, shortDigest, words } from '../../shared/lib/format';
import { plain } from '../../shared/lib/ansi';
import { prose } from '../../shared/lib/prose';
import { Ansi } from '../../shared/ui/Ansi';
import { Pill } from '../../shared/ui/Pill';

/** One step: why it ran or was cached, what it said, what it gave. */
export function StepPanel({ product, run, step }: { readonly product: string; readonly run: string; readonly step: StepRun }) {
  const explain = useExplain(product, run, step.name);
  const log = useLog(product, run, step.name);
  const why = reasonOf(explain.data?.reason || step.cacheReason);
  return (
    <div className="sheet" aria-live="polite">
      <div className="chart-title">
        <h3>{words(step.name)}</h3>
        <span>
          <Pill outcome={step.state} />
        </span>
      </div>
      <p className="muted">
        attempt {step.attempt} · {millis(step.wallMillis)} wall, {millis(step.cpuMillis)} processor{step.executor ? ` · ${words(step.executor)}` : ''}
      </p>
      {step.failure && <p className="wrong">{step.failure}</p>}
      {why && (
        <p>
          <b>Why:</b> {why}
        </p>
      )}
      {explain.data?.differences && explain.data.differences.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="group" aria-label="Table">
          <table>
            <thead>
              <tr>
                <th>What changed</th>
                <th>Before</th>
                <th>Now</th>
              </tr>
            </thead>
            <tbody>
              {explain.data.differences.map((difference) => (
                <tr key={difference.leaf}>
                  <td>{leafName(difference.leaf)}</td>
                  <td className="mono">{short(difference.before)}</td>
                  <td className="mono">{short(difference.after)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {log.data && log.data.length > 0 && (
        <Log lines={log.data} step={step.name} />
      )}
      {step.output !== undefined && (
        <details>
          <summary>Output record</summary>
          <pre className="log" tabIndex={0} aria-label={`Output of ${step.name}`}>
            {JSON.stringify(step.output, null, 2)}
          </pre>
        </details>
      )}
    </div>
  );
}

const TAIL = 400;

/** The end of the log, which stays at the end while lines arrive, unless the reader scrolled away. */
function Log({ lines, step }: { readonly lines: readonly LogLine[]; readonly step: string }) {
  const box = useRef<HTMLPreElement>(null);
  const [find, setFind] = useState('');
  const [follow, setFollow] = useState(true);
  const shown = lines.filter((line) => plain(line.message).toLowerCase().includes(find.toLowerCase())).slice(-TAIL);
  const newest = shown.at(-1)?.seq;
  useEffect(() => {
    if (follow && newest !== undefined && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, newest]);
  return (
    <>
      <div className="log-head">
        <h3 className="eyebrow">Log</h3>
        <input className="text" type="search" aria-label={`Find in the log of ${step}`} placeholder="Find in the log" value={find} onChange={(event) => setFind(event.target.value)} />
        <span className="muted">{shown.length < lines.length ? `${shown.length} of ${lines.length} lines` : `${lines.length} line${lines.length === 1 ? '' : 's'}`}</span>
      </div>
      <pre
        className="log"
        ref={box}
        tabIndex={0}
        aria-label={`Log of ${step}`}
        onScroll={(event) => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
          setFollow(scrollTop + clientHeight >= scrollHeight - 8);
        }}
      >
        {shown.map((line) => (
          <div key={line.seq}>
            <time>{line.at.slice(11, 19)}</time> <Ansi text={line.message} />
          </div>
        ))}
      </pre>
    </>
  );
}

/** HIT run_…, CHANGED input.x, EFFECT and the like, as a sentence. */
export function reasonOf(reason: string): string {
  const [kind = '', ...rest] = reason.split(' ');
  const detail = prose(rest.join(' '));
  switch (kind) {
    case 'HIT':
      return `the same inputs gave this result in ${detail}.`;
    case 'CHANGED':
      return `it ran because these changed: ${detail.split(', ').map(leafName).join(', ')}.`;
    case 'ABSENT':
      return 'it ran because nothing like it had run before.';
    case 'EVICTED':
      return 'it ran again because its earlier result is no longer stored.';
    case 'POLICY_NEVER':
      return 'it runs each time: its step is never cached.';
    case 'EFFECT':
      return 'it runs each time: it changes something outside the run.';
    default:
      return prose(reason);
  }
}

function leafName(leaf: string): string {
  if (leaf.startsWith('input.')) return `what ${leaf.slice(6)} gave`;
  if (leaf.startsWith('params.')) return `the parameter ${leaf.slice(7)}`;
  return leaf === 'probe' ? 'what it looks up' : leaf;
}

const short = (value: string | undefined): string => (value?.startsWith('sha256:') ? shortDigest(value) : (value ?? 'nothing'));
