import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { useConformance, useRuns, useVersions } from '../shared/api/queries';
import { places } from './places';
import { match, type Target } from '../shared/lib/match';
import { prose, shortId } from '../shared/lib/prose';

/** Jumps anywhere by a few letters. */
export function Palette({ product, close }: { readonly product: string; readonly close: () => void }) {
  const navigate = useNavigate();
  const board = useConformance(product);
  const runs = useRuns(product);
  const versions = useVersions(product);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const targets = useMemo<Target[]>(() => {
    const home = `/p/${product}`;
    return [
      ...places.map(({ name, to }) => ({ name, kind: 'page', to: to === '' ? home : `${home}/${to}` })),
      ...(runs.data ?? []).map((run) => ({ name: `${shortId(run.id)}: ${prose(run.cause.reason)}`, kind: 'run', to: `${home}/runs/${run.id}` })),
      ...(versions.data ?? []).map(({ version }) => ({ name: `Version ${version}`, kind: 'version', to: `${home}/models/${version}` })),
      ...(board.data?.questions ?? []).map((question) => ({
        name: prose(question.claim),
        kind: question.id,
        to: `${home}?q=${encodeURIComponent(question.question)}`,
      })),
    ];
  }, [product, board.data, runs.data, versions.data]);
  const found = match(targets, text).slice(0, 12);
  const go = (target: Target | undefined) => {
    if (!target) return;
    close();
    void navigate(target.to);
  };
  return (
    <dialog className="palette" open aria-label="Jump to" onCancel={close}>
      <div>
        <input
          ref={(input) => input?.focus()}
          role="combobox"
          aria-label="Jump to a page, run, version or question"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found[at] ? `jump-${at}` : undefined}
          value={text}
          placeholder="A page, run, version or question"
          onBlur={close}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') close();
            if (event.key === 'Enter') go(found[at]);
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
            if (step === 0 || found.length === 0) return;
            event.preventDefault();
            setAt((at + step + found.length) % found.length);
          }}
        />
        <ul id="palette-list" role="listbox" aria-label="Places">
          {found.map((target, index) => (
            <li
              key={target.to}
              id={`jump-${index}`}
              role="option"
              aria-selected={index === at}
              onMouseDown={(event) => {
                event.preventDefault();
                go(target);
              }}
            >
              <span>{target.name}</span>
              <span className="muted">{target.kind}</span>
            </li>
          ))}
        </ul>
      </div>
    </dialog>
  );
}
