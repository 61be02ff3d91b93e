import type { components } from './generated/schema';

type Schemas = components['schemas'];
type Field = Schemas['Field'];
type Form = Schemas['QuestionForm'];

/** One field of an answer, as the form needs to know it: a name and a type, and whatever else is known. */
export interface FieldInfo extends Partial<Omit<Field, 'name' | 'type' | 'fields' | 'default'>> {
  readonly name: string;
  readonly type: string;
  readonly default?: unknown;
  readonly fields?: readonly FieldInfo[];
}

/** One question of the canvas: what it asks, what it compiles to, what proves it. */
export interface QuestionInfo extends Pick<Form, 'id' | 'key' | 'block' | 'blockTitle' | 'cell' | 'lane' | 'text'>, Partial<Pick<Form, 'help' | 'prompt' | 'mainField' | 'derived'>> {
  readonly kind: string;
  readonly examples?: readonly string[];
  readonly compilesTo: readonly string[];
  readonly evidence: readonly (Pick<Schemas['Proof'], 'clause' | 'text'> & { readonly kind: string; readonly missing?: string; readonly lack?: Schemas['Lack'] })[];
  readonly fields: readonly FieldInfo[];
}

export type Comment = Schemas['Comment'];
export type Verification = Schemas['Verification'];
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
