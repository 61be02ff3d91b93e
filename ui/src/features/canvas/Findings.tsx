import type { Finding, QuestionInfo, SourceProblem } from '../../shared/api/contract';
import { lineOf } from './source';
import { prose } from '../../shared/lib/prose';

interface Props {
  readonly contradictions: readonly Finding[];
  readonly problems: readonly SourceProblem[];
  readonly text: string;
  readonly questions: readonly QuestionInfo[];
  readonly current?: string | undefined;
  readonly go: (key: string) => void;
  readonly repair?: (finding: Finding) => void;
}

const order = { ERROR: 0, WARN: 1, UNKNOWN: 2 } as const;
const words = { ERROR: 'Contradiction', WARN: 'Take care', UNKNOWN: 'Cannot be judged yet' } as const;
const tones = { ERROR: 'clay', WARN: 'amber', UNKNOWN: 'slate' } as const;

/** What is wrong and what does not fit together: both questions, why in numbers, and the repair. */
export function Findings({ contradictions, problems, text, questions, current, go, repair }: Props) {
  const near = (finding: Finding) => (current !== undefined && finding.questions.includes(current) ? 0 : 1);
  const sorted = contradictions.toSorted((a, b) => order[a.level] - order[b.level] || near(a) - near(b));
  return (
    <ul className="findings">
      {problems.map((problem) => (
        <li key={`${problem.field ?? ''}${problem.line ?? ''}${problem.detail ?? problem.message ?? ''}`} className="finding tone-edge-clay">
          <b>Not a canvas yet</b>{' '}
          <span className="mono muted">
            {problem.field} {lineText(problem, text)}
          </span>
          <p>{problem.detail ?? problem.message}</p>
          {problem.nearest && <p className="muted">Nearest valid: {problem.nearest}</p>}
        </li>
      ))}
      {sorted.map((finding) => (
        <li key={`${finding.rule}${finding.questions.join()}${finding.message}`} className={`finding tone-edge-${tones[finding.level]}`}>
          <b className={tones[finding.level]}>{words[finding.level]}</b> <span className="muted">rule {finding.rule}</span>
          <p>{prose(finding.message)}</p>
          <p className="repair">{prose(finding.repair)}</p>
          <p>
            {finding.questions.map((key) => (
              <button key={key} type="button" className="link" aria-current={key === current ? 'true' : undefined} onClick={() => go(key)}>
                {questions.find((question) => question.key === key)?.id ?? ''} {key}
              </button>
            ))}
            {repair && finding.patch && finding.patch.length > 0 && (
              <button type="button" className="btn small" onClick={() => repair(finding)}>
                Apply the repair
              </button>
            )}
          </p>
        </li>
      ))}
      {problems.length === 0 && sorted.length === 0 && <li className="muted">Nothing contradicts itself.</li>}
    </ul>
  );
}

function lineText(problem: SourceProblem, text: string): string {
  const line = problem.line ?? (problem.field === undefined ? undefined : lineOf(text, problem.field));
  return line === undefined ? '' : `line ${line}`;
}
