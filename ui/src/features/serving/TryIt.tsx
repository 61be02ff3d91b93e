import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { post } from '../../shared/api/client';
import type { Answer } from '../../shared/api/types';
import { millis, percent, words } from '../../shared/lib/format';
import { Head } from '../../shared/ui/Head';
import { Beside } from './Beside';
import { curl, java, python } from './curl';
import { Examples } from './Examples';
import { Feedback } from './Feedback';

const programs = { curl, Java: java, Python: python } as const;

/** What does it say to my text? */
export function TryIt() {
  const { product = '' } = useParams();
  const [text, setText] = useState('');
  const [language, setLanguage] = useState<keyof typeof programs>('curl');
  const ask = useMutation({ mutationFn: () => post<Answer>(`/predict/${encodeURIComponent(product)}`, { text }) });
  return (
    <>
      <Head title="What does it say to your text?" lead="The request goes through the same door as every other: assertions, routing, fallback and the inference log." />
      <div className="two">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate();
          }}
        >
          <label className="field" htmlFor="try-text">
            Text
          </label>
          <textarea
            id="try-text"
            required
            placeholder="Type or paste a text, or take one that the champion was tested on."
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) ask.mutate();
            }}
          />
          <div className="cause">
            <button type="submit" className="btn primary" disabled={ask.isPending}>
              Ask {product}
            </button>
            <Examples product={product} choose={setText} />
          </div>
        </form>
        <div aria-live="polite">
          {ask.error && (
            <p className="wrong" role="alert">
              {ask.error.message}
            </p>
          )}
          {ask.data ? <Said answer={ask.data} product={product} /> : <p className="muted">The answer appears here: label, probabilities, which version answered and how long it took.</p>}
        </div>
      </div>
      <Beside product={product} text={text} />
      <section className="band">
        <div className="chart-title">
          <h2>From your program</h2>
          <span className="segments" role="group" aria-label="Language">
            {(Object.keys(programs) as (keyof typeof programs)[]).map((name) => (
              <button key={name} type="button" aria-pressed={language === name} onClick={() => setLanguage(name)}>
                {name}
              </button>
            ))}
          </span>
        </div>
        <pre className="log" tabIndex={0} aria-label={`The same request in ${language}`}>
          {programs[language](location.origin, product, text === '' ? 'Your text' : text)}
        </pre>
      </section>
    </>
  );
}

function Said({ answer, product }: { readonly answer: Answer; readonly product: string }) {
  const bars = Object.entries(answer.probabilities).toSorted(([, a], [, b]) => b - a);
  return (
    <>
      <p className="verdict">{answer.label}</p>
      <p className="muted">
        by version <Link to={`/p/${product}/models/${answer.modelVersion}`}>{answer.modelVersion}</Link> ({words(answer.servedBy)}) in {millis(answer.latencyMicros / 1000)}
      </p>
      {answer.fallbackReason && <p className="wrong">Fallback: {answer.fallbackReason}</p>}
      <div className="bars">
        {bars.map(([label, share]) => (
          <Bar key={label} label={label} share={share} chosen={label === answer.label} />
        ))}
      </div>
      <p className="muted mono" title="Prediction">
        {answer.predictionId}
      </p>
      <Feedback key={answer.predictionId} answer={answer} />
    </>
  );
}

function Bar({ label, share, chosen }: { readonly label: string; readonly share: number; readonly chosen: boolean }) {
  return (
    <>
      <span>{label}</span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="10" className="f-line" />
        <rect width={share * 100} height="10" className={chosen ? 'f-leaf' : 'f-slate'} />
      </svg>
      <span className="val">{percent(share)}</span>
    </>
  );
}
