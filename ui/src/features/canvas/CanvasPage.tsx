import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { get } from '../../shared/api/client';
import type { Draft, Finding, QuestionInfo } from '../../shared/api/contract';
import { useConformance, useDraft, useQuestions, useWritten } from '../../shared/api/queries';
import { save } from '../../shared/lib/save';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Glyph } from '../../shared/ui/Glyph';
import { Head } from '../../shared/ui/Head';
import { AnswerForm } from './AnswerForm';
import { blocksOf, changedAnswers } from './fields';
import { Findings } from './Findings';
import { Gallery } from './Gallery';
import { PlanTab } from './PlanTab';
import { repaired } from './repair';
import { asJson } from './source';
import { useEditor } from './useEditor';
import { VersionsTab } from './VersionsTab';
import { set } from './view';

const tabs = [
  { tab: 'form', name: 'Answers' },
  { tab: 'yaml', name: 'YAML' },
  { tab: 'plan', name: 'Plan' },
  { tab: 'versions', name: 'Versions' },
  { tab: 'start', name: 'Templates' },
] as const;

/** What do we say, and what follows from it? The canvas as a form, as text, as a plan, and as a history. */
export function CanvasPage() {
  const { product = '' } = useParams();
  const questions = useQuestions();
  const draft = useDraft(product);
  const unable = (
    <>
      <Head title={`Canvas of ${product}`} />
      <Empty title="This server cannot be edited from here" command="./espalier apply -f canvas.yaml">
        It answers neither questions nor drafts yet. Change the file and apply it:
      </Empty>
    </>
  );
  return (
    <Asked query={questions} missing={unable}>
      {(known) => (
        <Asked query={draft} missing={unable}>
          {(start) => <Loaded key={start.baseVersion ?? ''} product={product} questions={known} start={start} />}
        </Asked>
      )}
    </Asked>
  );
}

interface Props {
  readonly product: string;
  readonly questions: readonly QuestionInfo[];
  readonly start: Draft;
}

const saying = {
  saved: 'Draft saved',
  saving: 'Saving the draft',
  unsaved: 'Not saved yet',
  conflict: '',
  missing: 'This server keeps no drafts; your text lives in this window only.',
  failed: '',
} as const;

function Loaded({ product, questions, start }: Props) {
  const [first] = useState(start);
  const editor = useEditor(product, first);
  const [search, setSearch] = useSearchParams();
  const queries = useQueryClient();
  const tab = tabs.find((one) => one.tab === search.get('tab'))?.tab ?? 'form';
  const key = search.get('q') ?? questions[0]?.key ?? '';
  const chosen = questions.find((question) => question.key === key) ?? questions[0];
  const to = (name: string, value: string) => setSearch((before) => set(before, name, value), { preventScrollReset: true });
  const go = (question: string) => setSearch((before) => set(set(before, 'q', question), 'tab', ''));
  const applied = useWritten(product, first.baseVersion).data?.source ?? first.source;
  const changed = useMemo(() => changedAnswers(applied, editor.text, questions), [applied, editor.text, questions]);
  const repair = (finding: Finding) => editor.set(repaired(editor.text, finding.patch ?? [], questions));
  const errors = editor.check.contradictions.filter((finding) => finding.level === 'ERROR').length + editor.check.problems.length;
  return (
    <>
      <Head
        title={changed.size === 0 ? `Canvas ${first.baseVersion ?? ''} of ${product}` : `${changed.size} answer${changed.size === 1 ? '' : 's'} changed against ${first.baseVersion ?? 'nothing'}`}
        lead="Each answer compiles into something that runs, or is refused with the reason. Nothing changes before you apply the plan."
      >
        <Files product={product} text={editor.text} take={editor.set} />
      </Head>
      <div className="editor-bar">
        <span className="segments" role="tablist" aria-label="Ways to see the canvas">
          {tabs.map((one) => (
            <button key={one.tab} type="button" role="tab" id={`tab-${one.tab}`} aria-controls="tab-panel" aria-selected={tab === one.tab} onClick={() => to('tab', one.tab === 'form' ? '' : one.tab)}>
              {one.name}
            </button>
          ))}
        </span>
        <span className={editor.saved === 'conflict' || editor.saved === 'failed' ? 'clay' : 'muted'} role="status">
          {saying[editor.saved] || editor.saveMessage}
          {errors > 0 && tab !== 'form' && ` · ${errors} to repair`}
        </span>
        {changed.size > 0 && tab !== 'plan' && (
          <button type="button" className="btn primary" onClick={() => to('tab', 'plan')}>
            Review the plan
          </button>
        )}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
        {tab === 'form' && chosen && (
          <div className="editor">
            <QuestionList product={product} questions={questions} current={chosen.key} changed={changed} find={search.get('find') ?? ''} setFind={(text) => to('find', text)} go={go} />
            <AnswerForm key={chosen.key} question={chosen} text={editor.text} problems={editor.check.problems} set={editor.set} />
            <aside className="live" aria-label="What does not fit together" aria-busy={editor.checking}>
              <h2 className="eyebrow">While you type</h2>
              {editor.checkFailed ? <p className="muted">{editor.checkFailed}</p> : <Findings contradictions={editor.check.contradictions} problems={editor.check.problems} text={editor.text} questions={questions} current={chosen.key} go={go} repair={repair} />}
            </aside>
          </div>
        )}
        {tab === 'yaml' && (
          <div className="editor two-parts">
            <textarea className="mono yaml" aria-label="The whole canvas as YAML" spellCheck="false" wrap="off" value={editor.text} onChange={(event) => editor.set(event.target.value)} />
            <aside className="live" aria-label="What does not fit together" aria-busy={editor.checking}>
              <h2 className="eyebrow">While you type</h2>
              <Findings contradictions={editor.check.contradictions} problems={editor.check.problems} text={editor.text} questions={questions} go={go} repair={repair} />
            </aside>
          </div>
        )}
        {tab === 'plan' && <PlanTab product={product} text={editor.text} questions={questions} go={go} repair={repair} applied={() => to('tab', 'versions')} />}
        {tab === 'start' && (
          <Gallery
            product={product}
            take={(text) => {
              editor.set(text);
              to('tab', 'yaml');
            }}
          />
        )}
        {tab === 'versions' && (
          <VersionsTab
            product={product}
            questions={questions}
            go={go}
            open={(version) => {
              void get<{ readonly source: string }>(`/canvases/${encodeURIComponent(product)}/versions/${encodeURIComponent(version)}`).then(({ source }) => {
                editor.set(source);
                to('tab', 'plan');
                return queries.invalidateQueries({ queryKey: ['plan', product] });
              });
            }}
          />
        )}
      </div>
    </>
  );
}

function QuestionList(props: {
  readonly product: string;
  readonly questions: readonly QuestionInfo[];
  readonly current: string;
  readonly changed: ReadonlySet<string>;
  readonly find: string;
  readonly setFind: (text: string) => void;
  readonly go: (key: string) => void;
}) {
  const states = new Map((useConformance(props.product).data?.questions ?? []).map((question) => [question.question, question.state]));
  return (
    <nav className="questions" aria-label="Questions">
      <input className="text" type="search" aria-label="Find a question" placeholder="Find a question" value={props.find} onChange={(event) => props.setFind(event.target.value)} />
      <div className="question-scroll" tabIndex={0} role="group" aria-label="List of questions">
        {blocksOf(props.questions, props.find).map((block) => (
          <section key={block.title} aria-label={block.title}>
            <h2 className="eyebrow">{block.title}</h2>
            {block.questions.map((question) => {
              const state = states.get(question.key);
              return (
                <button key={question.key} type="button" aria-current={question.key === props.current ? 'true' : undefined} onClick={() => props.go(question.key)}>
                  {state ? <Glyph state={state} size={11} /> : <i />}
                  <span>{question.text}</span>
                  {props.changed.has(question.key) && <span className="mark-changed" title="changed in this draft" />}
                </button>
              );
            })}
          </section>
        ))}
      </div>
    </nav>
  );
}

function toJson(product: string, text: string, say: (wrong: string) => void): void {
  const json = asJson(text);
  if (json === undefined) return say('The draft is no YAML yet: repair it first.');
  say('');
  return save(`${product}.draft.json`, new Blob([json], { type: 'application/json' }));
}

/** The canvas as a file: out with comments, and in again. */
function Files({ product, text, take }: { readonly product: string; readonly text: string; readonly take: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState('');
  return (
    <div className="actions">
      <a className="btn small" href={`/api/v1/canvases/${encodeURIComponent(product)}/export?comments=yes`} download={`${product}.canvas.yaml`}>
        Export what is applied
      </a>
      <a className="btn small" href={`data:application/yaml;charset=utf-8,${encodeURIComponent(text)}`} download={`${product}.draft.yaml`}>
        Export the draft
      </a>
      <button type="button" className="btn small" onClick={() => toJson(product, text, setWrong)}>
        … as JSON
      </button>
      <button type="button" className="btn small" onClick={() => input.current?.click()}>
        Import a file
      </button>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="Canvas file to import"
        accept=".yaml,.yml,.json"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (!file) return;
          if (file.size > 1_048_576) setWrong(`${file.name} is larger than 1 MiB, the limit of a canvas.`);
          else void file.text().then(take);
        }}
      />
      {wrong && (
        <p className="wrong" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}
