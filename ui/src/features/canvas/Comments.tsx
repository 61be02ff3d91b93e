import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isMissing, post } from '../../shared/api/client';
import type { Comment } from '../../shared/api/contract';
import { useComments, useConformance, useMe } from '../../shared/api/queries';
import { age, dateTime } from '../../shared/lib/time';
import { Avatar } from './Avatar';
import { membersOf, ownerOf } from './people';

const MOST = 4000;

/** What members say about a question: the open ones, the settled ones folded away, and room for one more. */
export function Comments({ product, question, now }: { readonly product: string; readonly question: string; readonly now: string }) {
  const asked = useComments(product);
  const me = useMe().data;
  const board = useConformance(product).data;
  const members = board ? membersOf(board) : [];
  const user = me === undefined ? '' : me.via === 'LOOPBACK' ? (ownerOf(members) ?? me.user) : me.user;
  const roles = new Map(members.map((member) => [member.user, member.role]));
  const mayApprove = ['approver', 'maintainer', 'owner'].includes(roles.get(user) ?? '');
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ['comments', product] });
  const [text, setText] = useState('');
  const path = `/canvases/${encodeURIComponent(product)}/comments`;
  const say = useMutation({
    mutationFn: () => post<Comment>(path, { question, text: text.trim() }),
    onSuccess: () => {
      setText('');
      return again();
    },
  });
  const settle = useMutation({ mutationFn: (id: string) => post<Comment>(`${path}/${encodeURIComponent(id)}/settle`, {}), onSuccess: again });
  if (isMissing(asked.error)) return <p className="muted">This server keeps no comments.</p>;
  const all = (asked.data ?? []).filter((comment) => comment.question === question);
  const open = all.filter(({ settledBy }) => settledBy === undefined);
  const settled = all.filter(({ settledBy }) => settledBy !== undefined);
  const wrong = say.error ?? settle.error ?? asked.error;
  const one = (comment: Comment) => (
    <li key={comment.id}>
      <Avatar user={comment.by} role={roles.get(comment.by) ?? ''} />
      <div>
        <p className="muted">
          <b>{comment.by}</b> on {comment.version}, <time dateTime={comment.at} title={dateTime(comment.at)}>{age(comment.at, now)}</time>
          {comment.settledBy !== undefined && `, settled by ${comment.settledBy}`}
        </p>
        <p className="said">{comment.text}</p>
        {comment.settledBy === undefined && (comment.by === user || mayApprove) && (
          <button type="button" className="link" disabled={settle.isPending} aria-label={`Settle the comment of ${comment.by}`} onClick={() => settle.mutate(comment.id)}>
            Settle
          </button>
        )}
      </div>
    </li>
  );
  return (
    <>
      {open.length > 0 && <ul className="comments">{open.map(one)}</ul>}
      {settled.length > 0 && (
        <details>
          <summary>{settled.length} settled</summary>
          <ul className="comments">{settled.map(one)}</ul>
        </details>
      )}
      <form
        aria-label="Say something about this question"
        onSubmit={(event) => {
          event.preventDefault();
          say.mutate();
        }}
      >
        <textarea className="text" aria-label={`Comment as ${user}`} placeholder={all.length === 0 ? 'Nobody has said anything yet. Ask, or say why.' : 'Answer'} rows={2} maxLength={MOST} value={text} onChange={(event) => setText(event.target.value)} />
        {wrong && (
          <p className="wrong" role="alert">
            {wrong.message}
          </p>
        )}
        {text.trim() !== '' && (
          <button type="submit" className="btn small" disabled={say.isPending}>
            Comment as {user}
          </button>
        )}
      </form>
    </>
  );
}
