import type { Interval, Lane } from './types';

/** One field of an answer, as the form needs to know it. */
export interface FieldInfo {
  readonly name: string;
  readonly type: string;
  readonly unit?: string;
  readonly default?: unknown;
  readonly min?: unknown;
  readonly max?: unknown;
  readonly oneOf?: readonly string[];
  readonly tighter?: string;
  readonly help?: string;
  readonly list?: boolean;
  readonly required?: boolean;
  readonly fields?: readonly FieldInfo[];
}

/** One question of the canvas: what it asks, what it compiles to, what proves it. */
export interface QuestionInfo {
  readonly id: string;
  readonly key: string;
  readonly block: string;
  readonly blockTitle: string;
  readonly cell: string;
  readonly lane: Lane;
  readonly kind: string;
  readonly text: string;
  readonly help?: string;
  readonly prompt?: string;
  readonly mainField?: string;
  readonly compilesTo: readonly string[];
  readonly evidence: readonly { readonly clause: string; readonly kind: string; readonly text: string }[];
  readonly fields: readonly FieldInfo[];
}

/** What is wrong with a text before it is a canvas. */
export interface SourceProblem {
  readonly detail?: string;
  readonly message?: string;
  readonly field?: string;
  readonly rule?: string;
  readonly nearest?: string;
  readonly line?: number;
}

export interface Check {
  readonly contradictions: readonly Finding[];
  readonly problems: readonly SourceProblem[];
}

export interface Draft {
  readonly source: string;
  readonly baseVersion?: string;
  readonly updatedAt?: string;
  readonly by?: string;
}

export type Direction = 'ADDED' | 'REMOVED' | 'TIGHTENED' | 'LOOSENED' | 'NEUTRAL' | 'TEXT';

export interface FieldChange {
  readonly question: string;
  readonly path: string;
  readonly direction: Direction;
  readonly before?: string;
  readonly after?: string;
}

/** A contradiction between answers; where the server knows how to remove it, `edits` say so field by field. */
export interface Finding {
  readonly rule: number | string;
  readonly level: 'ERROR' | 'WARN' | 'UNKNOWN';
  readonly questions: readonly string[];
  readonly message: string;
  readonly repair: string;
  readonly edits?: readonly { readonly path: string; readonly value: string }[];
}

export interface PlanView {
  readonly product: string;
  readonly base?: string;
  readonly version: string;
  readonly diff: readonly FieldChange[];
  readonly actions: readonly { readonly action: string; readonly resource: string; readonly because: string }[];
  readonly contradictions: readonly Finding[];
  readonly needs: readonly string[];
  readonly loosens?: boolean;
  readonly by?: string;
  readonly approvers?: readonly string[];
  readonly planDigest: string;
}

export interface Approval {
  readonly by: string;
  readonly at: string;
  readonly reason?: string;
}

/** A plan that waits for somebody. */
export interface OpenPlan {
  readonly plan: PlanView;
  readonly by: string;
  readonly at: string;
  readonly approvals: readonly Approval[];
  readonly missing: readonly string[];
}

export interface VersionRow {
  readonly version: string;
  readonly digest: string;
  readonly parent?: string;
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly reason?: string;
  readonly active?: boolean;
}

export interface DriftRow {
  readonly id: string;
  readonly resource: string;
  readonly field: string;
  readonly expected: unknown;
  readonly actual: unknown;
  readonly by?: string;
  readonly at: string;
  readonly state: string;
}

export interface Me {
  readonly user: string;
  readonly via: string;
}

export interface DocumentRow {
  readonly name: string;
  readonly title: string;
  readonly digest?: string;
  readonly frozen?: boolean;
  readonly answered?: number;
  readonly sections?: number;
}

/** A drill that was run, from the record of drills. */
export interface DrillRun {
  readonly id?: string;
  readonly name: string;
  readonly at?: string;
  readonly passed: boolean;
  readonly observations: readonly {
    readonly question: string;
    readonly clause: string;
    readonly n: number;
    readonly value?: number;
    readonly interval?: Interval;
    readonly pass?: boolean;
    readonly detail: string;
  }[];
}

export interface Waiver {
  readonly until: string;
  readonly by: string;
  readonly why: string;
}
