import { useMutation } from '@tanstack/react-query';
import { post } from '../../shared/api/client';
import type { Answer, FeedbackResult } from '../../shared/api/types';
import { words } from '../../shared/lib/format';

const said: Readonly<Record<string, string>> = {
  JOINED: 'It is joined to this prediction and counts in the monitors.',
  DUPLICATE: 'This label was known already.',
  QUARANTINED: 'It is kept aside and counts once somebody has looked at it.',
};

/** The true label of an answer, told by the one who knows. */
export function Feedback({ answer }: { readonly answer: Answer }) {
  const tell = useMutation({ mutationFn: (label: string) => post<FeedbackResult>('/feedback', { predictionId: answer.predictionId, label, source: 'try-it' }) });
  return (
    <div className="feedback">
      <h2 className="eyebrow">What is it really?</h2>
      <div className="actions" role="group" aria-label="True label">
        {Object.keys(answer.probabilities).map((label) => (
          <button key={label} type="button" className="btn small" aria-pressed={tell.variables === label} disabled={tell.isPending || tell.isSuccess} onClick={() => tell.mutate(label)}>
            It is {label}
          </button>
        ))}
      </div>
      <p className="muted" aria-live="polite">
        {tell.data ? `${words(tell.data.state)}: ${tell.data.detail || (said[tell.data.state] ?? '')}` : (tell.error?.message ?? 'Labels join late by their prediction and feed monitors and retraining.')}
      </p>
    </div>
  );
}
