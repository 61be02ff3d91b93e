import { describe, expect, it } from 'vitest';
import { isShare, prose, shortId } from '../src/shared/lib/prose';

describe('sentences of the server', () => {
  it('reads an alert as a person would write it', () => {
    expect(prose('false_spam of version 1.0.0 is 0.201 [0.164, 0.243] with n = 394 from 2002-09-20 to 2002-09-27; the bound is 0.100.')).toBe(
      'false spam of version 1.0.0 is 20.1 % (16.4 % to 24.3 %) with n 394 from 20 Sep 2002 to 27 Sep 2002; the bound is 10 %.',
    );
  });
  it('finds the share inside a sentence', () => {
    expect(prose('Retraining started: false_spam of version 1.0.0 is 0.201 [0.164, 0.243] with n = 394; the bound is 0.100.')).toBe('Retraining started: false spam of version 1.0.0 is 20.1 % (16.4 % to 24.3 %) with n 394; the bound is 10 %.');
    expect(prose('error 0.000 [0.000, 0.06017] of 60 requests')).toBe('error 0 % (0 % to 6.02 %) of 60 requests');
    expect(prose('v3 reaches macro_f1 0.956 [0.939, 0.974] in 20.4 CPU-seconds')).toBe('v3 reaches macro f1 0.956 (0.939 to 0.974) in 20.4 CPU-seconds');
  });
  it('says seconds as days, and dates without the clock', () => {
    expect(prose('data: 6149780 is not <= 2592000 s. The newest row is of 2002-09-26T19:43:38Z')).toBe('data: 71 d is not ≤ 30 d. The newest row is of 26 Sep 2002');
    expect(prose('95 % of labels came within 172800 s')).toBe('95 % of labels came within 2 d');
  });
  it('says durations in words and leaves words that look like them alone', () => {
    expect(prose('On decay, manual; at most P120D old')).toBe('On decay, manual; at most 120 d old');
    expect(prose('canary, rollback within PT1M')).toBe('canary, rollback within 1 min');
    expect(prose('P1 is a pain, PRIVACY is a word, P is neither')).toBe('P1 is a pain, PRIVACY is a word, P is neither');
  });
  it('keeps a figure that is no share a figure', () => {
    expect(prose('macro_f1 against champion is 0.1027 [0.07559, 0.1295] on 737, asked ≥ -0.01000: pass')).toBe('macro f1 against champion is 0.103 (0.0756 to 0.13) on 737, asked ≥ -0.01: pass');
    expect(prose('size is 3.040e+06 [3.040e+06, 3.040e+06] on 1')).toBe('size is 3,040,000 (3,040,000 to 3,040,000) on 1');
  });
  it('shortens ids to the part that tells them apart', () => {
    expect(shortId('run_01a20ed1-1308-7000-bf68-12e6380235c3')).toBe('run 0235c3');
    expect(shortId('rol_01a20ed6-8027-7000-bea2-bb8e5c3e1e2a')).toBe('rollout 3e1e2a');
    expect(shortId('r-3')).toBe('r-3');
    expect(shortId('false_spam_rise')).toBe('false_spam_rise');
    expect(prose('HIT run_01a20ed1-1308-7000-bf68-12e6380235c3')).toBe('HIT run 0235c3');
  });
  it('knows which metrics are shares', () => {
    expect(['false_spam', 'recall_spam', 'error', 'fallback'].map(isShare)).toEqual([true, true, true, true]);
    expect(['macro_f1', 'p95', 'psi', 'ece', 'size'].map(isShare)).toEqual([false, false, false, false, false]);
  });
});
