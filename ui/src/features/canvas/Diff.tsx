import { prose } from '../../shared/lib/prose';
import type { Direction, FieldChange, QuestionInfo } from '../../shared/api/contract';

interface Look {
  readonly word: string;
  readonly tone: string;
  readonly sign: string;
}

/** What a change does to the promise that the answer makes; the sign reads without colour. */
export const directions: Readonly<Record<Direction, Look>> = {
  ADDED: { word: 'added', tone: 'leaf', sign: '+' },
  REMOVED: { word: 'removed', tone: 'clay', sign: '−' },
  TIGHTENED: { word: 'tightened', tone: 'leaf', sign: '⊣' },
  LOOSENED: { word: 'loosened', tone: 'amber', sign: '⊢' },
  NEUTRAL: { word: 'changed', tone: 'sky', sign: '·' },
  TEXT: { word: 'text', tone: 'slate', sign: '¶' },
};

const gravity: readonly Direction[] = ['LOOSENED', 'REMOVED', 'TIGHTENED', 'ADDED', 'NEUTRAL', 'TEXT'];

/** How many changes of each kind, the gravest first: "1 loosened, 2 added". */
export function summary(changes: readonly Pick<FieldChange, 'direction'>[]): string {
  return gravity
    .map((direction) => ({ direction, n: changes.filter((change) => change.direction === direction).length }))
    .filter(({ n }) => n > 0)
    .map(({ direction, n }) => `${n} ${directions[direction].word}`)
    .join(', ');
}

/** Canonical JSON as a person writes it: quotes go, brackets stay. */
export function plain(json: string | undefined): string {
  if (json === undefined || json === '' || json === '""' || json === '{}' || json === '[]' || json === 'null') return 'nothing';
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : typeof value === 'boolean' ? (value ? 'yes' : 'no') : JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', ').replaceAll(':', ': ');
  } catch {
    return json;
  }
}

/** Field by field: what was, what will be, and whether that tightens or loosens. */
export function Diff({ changes, questions, go }: { readonly changes: readonly FieldChange[]; readonly questions: readonly Pick<QuestionInfo, 'key' | 'id'>[]; readonly go: (key: string) => void }) {
  if (changes.length === 0) return null;
  const sorted = changes.toSorted((a, b) => gravity.indexOf(a.direction) - gravity.indexOf(b.direction) || a.path.localeCompare(b.path));
  return (
    <>
      <p className="muted">{summary(changes)}</p>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Differences">
        <table className="diff">
          <thead>
            <tr>
              <th>Change</th>
              <th>Field</th>
              <th>Now</th>
              <th>Then</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((change) => {
              const look = directions[change.direction];
              return (
                <tr key={change.path + change.direction}>
                  <td>
                    <span className={`state tone-${look.tone}`}>
                      <span aria-hidden="true">{look.sign}</span> {look.word}
                    </span>
                  </td>
                  <td>
                    <button type="button" className="link mono" onClick={() => go(change.question)}>
                      {change.path}
                    </button>{' '}
                    <span className="muted">{questions.find((question) => question.key === change.question)?.id}</span>
                  </td>
                  <td className="mono was">{prose(plain(change.before))}</td>
                  <td className="mono">{prose(plain(change.after))}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
