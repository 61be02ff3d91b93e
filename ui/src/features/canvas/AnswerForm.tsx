import { useState } from 'react';
import type { FieldInfo, QuestionInfo, SourceProblem } from '../../shared/api/contract';
import { words } from '../../shared/lib/format';
import { controlOf, written } from './fields';
import { FieldInput } from './FieldInput';
import { lackWords } from './lacks';
import { Waive } from './Waive';
import { edit, parse, read, replace, replaceByText, snippet, type Path } from './source';

interface Props {
  readonly question: QuestionInfo;
  readonly text: string;
  readonly problems: readonly SourceProblem[];
  readonly set: (text: string) => void;
}

/** The names as the canvas is written, at every depth. */
function named(field: FieldInfo): FieldInfo {
  return { ...field, name: written(field.name), ...(field.fields ? { fields: field.fields.map(named) } : {}) };
}

/** One answer as a form: every field with unit, bounds, default and help; what a form cannot say stays YAML. */
export function AnswerForm(props: Props) {
  const { question } = props;
  return (
    <div className="answer">
      <p className="muted">
        <span className="mono">
          {question.id} · {question.key}
        </span>{' '}
        · {words(question.kind)}
      </p>
      <h2>{question.text}</h2>
      {question.help && <p>{question.help}</p>}
      {question.prompt && <p className="muted">{question.prompt}</p>}
      {question.derived === true ? <p className="reason">The platform sets it; nobody writes it.</p> : <Writing {...props} />}
      {question.derived !== true && <Waive question={question} text={props.text} set={props.set} />}
      <Consequences question={question} />
    </div>
  );
}

/** What a person writes: the fields, or the special answer in their place. */
function Writing({ question, text, problems, set }: Props) {
  const source = parse(text);
  const answer = read(source, question.key, question.mainField);
  const fields = question.fields.map(named);
  const main = question.mainField === undefined ? undefined : written(question.mainField);
  const change = (path: Path, value: Parameters<typeof edit>[4]) => set(edit(text, question.key, main, path, value));
  const wrong = (path: Path) => {
    const at = [question.key, ...path].join('.');
    const found = problems.find((problem) => sameField(problem.field, at) || (path.length === 1 && path[0] === main && sameField(problem.field, question.key)));
    return found && [found.detail ?? found.message, found.nearest && `Nearest valid: ${found.nearest}.`].filter(Boolean).join(' ');
  };
  const special = answer.special === 'n/a' || answer.special === 'deferred';
  return (
    <>
      <Standing question={question} text={text} present={answer.present} special={answer.special} set={set} />
      {special ? (
        <SnippetInput key={question.key} question={question} text={text} set={set} title="The answer as it is written" />
      ) : (
        <>
          {fields.map((field) =>
            controlOf(field) === 'yaml' ? null : <FieldInput key={field.name} field={field} path={[field.name]} value={answer.fields[field.name]} change={change} wrong={wrong} />,
          )}
          {(fields.length === 0 || fields.some((field) => controlOf(field) === 'yaml')) && <SnippetInput key={question.key} question={question} text={text} set={set} title="The answer in YAML" />}
          <div className="answer-field">
            <div className="name">
              <label htmlFor="answer-why">Why</label>
            </div>
            <input id="answer-why" className="text" value={answer.why} maxLength={500} placeholder="What makes this the right answer?" onChange={(event) => change(['why'], event.target.value === '' ? undefined : event.target.value)} />
          </div>
        </>
      )}
    </>
  );
}

/** serving.mode.online.p95 and serving.mode[0].p95 name fields; an index may stand in brackets or dots. */
function sameField(field: string | undefined, at: string): boolean {
  return field !== undefined && field.replaceAll(/\[(\w+)\]/g, '.$1') === at;
}

function Standing(props: { readonly question: QuestionInfo; readonly text: string; readonly present: boolean; readonly special: string | undefined; readonly set: (text: string) => void }) {
  const { question, text, set } = props;
  const say = props.special === 'n/a' ? 'Not applicable.' : props.special === 'deferred' ? 'Deferred.' : props.special === 'default' ? 'All defaults are confirmed.' : props.present ? '' : 'Nothing is written yet: defaults hold where there are some.';
  return (
    <p className="standing">
      {say && <b>{say}</b>}
      {!props.present && (
        <button type="button" className="link" onClick={() => set(replace(text, question.key, 'default'))}>
          Confirm all defaults
        </button>
      )}
      {props.special === undefined && (
        <button type="button" className="link" onClick={() => set(replace(text, question.key, { 'n/a': 'say why' }))}>
          Not applicable
        </button>
      )}
      {props.present && (
        <button type="button" className="link" onClick={() => set(replace(text, question.key, undefined))}>
          Take the whole answer back
        </button>
      )}
    </p>
  );
}

function SnippetInput({ question, text, set, title }: { readonly question: QuestionInfo; readonly text: string; readonly set: (text: string) => void; readonly title: string }) {
  const now = snippet(parse(text), question.key);
  const [typed, setTyped] = useState<string>();
  const next = typed === undefined ? text : replaceByText(text, question.key, typed);
  return (
    <div className={next === undefined ? 'answer-field bad' : 'answer-field'}>
      <div className="name">
        <label htmlFor="answer-yaml">{title}</label>
      </div>
      <textarea
        id="answer-yaml"
        className="mono"
        spellCheck="false"
        rows={Math.min(14, Math.max(4, (typed ?? now).split('\n').length + 1))}
        value={typed ?? now}
        onChange={(event) => {
          setTyped(event.target.value);
          const whole = replaceByText(text, question.key, event.target.value);
          if (whole !== undefined) set(whole);
        }}
        onBlur={() => next !== undefined && setTyped(undefined)}
      />
      {next === undefined && <p className="problem">This is not YAML yet; the answer stays as it was.</p>}
    </div>
  );
}

function Consequences({ question }: { readonly question: QuestionInfo }) {
  return (
    <dl className="pairs consequences">
      {question.examples && question.examples.length > 0 && (
        <>
          <dt>Example</dt>
          <dd>
            {question.examples.map((example) => (
              <pre key={example} className="example">
                {example.trim()}
              </pre>
            ))}
          </dd>
        </>
      )}
      <dt>Compiles to</dt>
      <dd>{question.compilesTo.length === 0 ? 'documents only' : question.compilesTo.map(words).join(', ')}</dd>
      <dt>Proved by</dt>
      <dd>
        {question.evidence.length === 0
          ? 'nothing yet'
          : question.evidence.map((clause) => (
              <span key={clause.clause} className="proof">
                {clause.text} <span className="muted">{words(clause.kind)}</span>
                {clause.missing && <span className="muted">; {clause.lack ? lackWords[clause.lack].short : 'missing'}: {clause.missing}</span>}
              </span>
            ))}
      </dd>
    </dl>
  );
}
