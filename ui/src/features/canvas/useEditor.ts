import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { ApiError, isMissing, post, postYaml } from '../../shared/api/client';
import type { Check, Draft, SourceProblem } from '../../shared/api/contract';
import { useRested } from '../../shared/lib/debounce';
import { parse } from './source';

const CHECK_MILLIS = 350;
const SAVE_MILLIS = 1200;

export interface Editor {
  readonly text: string;
  readonly set: (text: string) => void;
  readonly check: Check;
  /** True while the shown findings are those of an older text. */
  readonly checking: boolean;
  /** Why there are no findings at all. */
  readonly checkFailed: string | undefined;
  readonly saved: 'saved' | 'saving' | 'unsaved' | 'conflict' | 'missing' | 'failed';
  readonly saveMessage: string;
}

const nothing: Check = { contradictions: [], problems: [] };

/** A draft in the making: checked a moment after each change, saved a moment after the last one. */
export function useEditor(product: string, start: Draft): Editor {
  const [text, set] = useState(start.source);
  const path = `/canvases/${encodeURIComponent(product)}`;
  const checked = useRested(text, CHECK_MILLIS);
  const broken = useMemo<SourceProblem[]>(() => parse(text).broken.map(({ line, message }) => ({ line, message })), [text]);
  const check = useQuery({
    queryKey: ['check', product, checked],
    queryFn: ({ signal }) => postYaml<Check>(`${path}/check`, checked, signal),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    retry: false,
  });

  const queries = useQueryClient();
  const settled = useRested(text, SAVE_MILLIS);
  const save = useMutation({
    mutationFn: (source: string) => post<Draft>(`${path}/draft`, { source, baseVersion: start.baseVersion ?? '' }),
    onSuccess: (draft, source) => queries.setQueryData(['draft', product], draft ?? { ...start, source }),
  });
  const { mutate } = save;
  const kept = save.data ? save.variables : start.source;
  useEffect(() => {
    if (settled !== kept && settled === text) mutate(settled);
  }, [settled, kept, text, mutate]);

  const failure = save.error;
  return {
    text,
    set,
    check: broken.length > 0 ? { contradictions: [], problems: broken } : (check.data ?? nothing),
    checking: checked !== text || check.isFetching,
    checkFailed: check.error ? (isMissing(check.error) ? 'This server does not check while you type; the plan still does.' : check.error.message) : undefined,
    saved: failure ? (isMissing(failure) ? 'missing' : failure instanceof ApiError && failure.status === 409 ? 'conflict' : 'failed') : save.isPending ? 'saving' : text === kept ? 'saved' : 'unsaved',
    saveMessage: failure?.message ?? '',
  };
}
