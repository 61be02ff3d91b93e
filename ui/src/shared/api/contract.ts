import type { components } from './generated/schema';
import type { Lane } from './types';

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
  readonly set?: boolean;
  readonly main?: boolean;
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
  /** Set by the platform; nobody writes it. */
  readonly derived?: boolean;
  readonly examples?: readonly string[];
  readonly compilesTo: readonly string[];
  readonly evidence: readonly { readonly clause: string; readonly kind: string; readonly text: string }[];
  readonly fields: readonly FieldInfo[];
}

type Schemas = components['schemas'];
export type Draft = Schemas['Draft'];
export type PlanView = Schemas['Plan'];
export type FieldChange = Schemas['PlanChange'];
export type Direction = FieldChange['direction'];
export type OpenPlan = Schemas['OpenPlan'];
export type VersionRow = Schemas['VersionRow'];
export type Me = Schemas['Me'];

/** A contradiction; where the server knows how to remove it, `patch` says so field by field. */
export type Finding = Schemas['Contradiction'] & { readonly patch?: readonly { readonly path: string; readonly value: unknown }[] };

/** What is wrong with a text before it is a canvas: the server's problem, or what YAML itself says. */
export type SourceProblem = Partial<Schemas['Problem']> & { readonly line?: number; readonly message?: string };

export interface Check {
  readonly contradictions: readonly Finding[];
  readonly problems: readonly SourceProblem[];
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

export interface DocumentRow {
  readonly name: string;
  readonly title: string;
  readonly digest?: string;
  readonly frozen?: boolean;
  readonly answered?: number;
  readonly sections?: number;
}

export interface Waiver {
  readonly until: string;
  readonly by: string;
  readonly why: string;
}
