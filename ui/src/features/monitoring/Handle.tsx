import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isMissing, post } from '../../shared/api/client';
import { useLive } from '../../shared/api/live';
import { useConformance } from '../../shared/api/queries';
import type { Incident } from '../../shared/api/types';
import { words } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';

const verdicts = [
  { worth: 'actionable', name: 'It was worth acting on' },
  { worth: 'noise', name: 'It was noise' },
  { worth: 'expected', name: 'It was expected' },
  { worth: 'drill', name: 'It was a drill' },
] as const;

/** Says that somebody has seen it, and what it was worth: precision of alerts is counted from these verdicts. */
export function Handle({ incident }: { readonly incident: Incident }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [worth, setWorth] = useState<string>('');
  const queries = useQueryClient();
  const base = `/incidents/${encodeURIComponent(incident.product)}/${encodeURIComponent(incident.id)}`;
  const act = useMutation({
    mutationFn: (what: 'ack' | 'resolve') => post<Incident>(`${base}/${what}`, { ...(reason.trim() === '' ? {} : { reason: reason.trim() }), ...(worth === '' ? {} : { verdict: worth }) }),
    onSuccess: () => {
      setOpen(false);
      return queries.invalidateQueries({ predicate: ({ queryKey }) => ['incidents', 'alerts', 'conformance'].includes(String(queryKey[0])) });
    },
  });
  const asOf = useConformance(incident.product).data?.asOf;
  const clock = useLive().clocks[incident.product] ?? asOf ?? incident.openedAt;
  const snooze = useMutation({
    mutationFn: () => post<Incident>(`${base}/snooze`, { until: new Date(Date.parse(clock) + 4 * 3_600_000).toISOString() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incidents', incident.product] }),
  });
  const over = incident.resolvedAt !== undefined;
  return (
    <>
      {incident.acknowledgedAt && (
        <p className="muted">
          Acknowledged by {incident.acknowledgedBy}, {dateTime(incident.acknowledgedAt)}
          {incident.worth && `, as ${words(incident.worth)}`}.
        </p>
      )}
      {incident.snoozedUntil && !over && <p className="muted">Nobody is called before {dateTime(incident.snoozedUntil)}.</p>}
      {!open ? (
        <div className="actions">
          <button type="button" className="btn small" onClick={() => setOpen(true)}>
            {over ? 'Say what it was worth' : 'Acknowledge or resolve'}
          </button>
          {!over && (
            <button type="button" className="btn small" disabled={snooze.isPending} onClick={() => snooze.mutate()}>
              Call nobody for 4 hours
            </button>
          )}
          {snooze.error && (
            <p className="wrong" role="alert">
              {snooze.error.message}
            </p>
          )}
        </div>
      ) : (
        <form
          className="plan"
          aria-label="Answer the incident"
          onSubmit={(event) => {
            event.preventDefault();
            act.mutate('ack');
          }}
        >
          <fieldset className="choices">
            <legend className="field">Verdict {over ? '' : '(needed to resolve it)'}</legend>
            {verdicts.map((verdict) => (
              <label key={verdict.worth}>
                <input type="radio" name={`worth-${incident.id}`} checked={worth === verdict.worth} onChange={() => setWorth(verdict.worth)} /> {verdict.name}
              </label>
            ))}
          </fieldset>
          <label className="field" htmlFor={`handle-${incident.id}`}>
            Why
          </label>
          <input id={`handle-${incident.id}`} className="text" maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />
          {act.error && (
            <p className="wrong" role="alert">
              {isMissing(act.error) ? 'This server cannot record that yet.' : act.error.message}
            </p>
          )}
          <div className="row">
            <button type="submit" className="btn primary" disabled={act.isPending || (over && worth === '')}>
              {over ? 'Record the verdict' : 'Acknowledge'}
            </button>
            {!over && (
              <button type="button" className="btn" disabled={act.isPending || worth === ''} onClick={() => act.mutate('resolve')}>
                Resolve
              </button>
            )}
            <button type="button" className="btn" onClick={() => setOpen(false)}>
              Leave it
            </button>
          </div>
        </form>
      )}
    </>
  );
}
