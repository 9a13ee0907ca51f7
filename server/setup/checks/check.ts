import type { VerifyCheck } from '#contract/setup.ts';
import type { UpstreamAnswer } from '#server/models/index.ts';
import type { Services } from '#server/services.ts';
import type { SetupFacts } from '../setup-facts.ts';

export type Fact = VerifyCheck['facts'][number];

/** What one look found. `next` stands with everything that is not all right. */
export interface Found {
  state: VerifyCheck['state'];
  /** What was tried and what came of it. */
  evidence: string;
  next: string | null;
  facts: Fact[];
}

/** What the checks look at. Everything dear is read once for all of them. */
export interface CheckContext {
  services: Services;
  workspaceId: string;
  now: Date;
  facts(): Promise<SetupFacts>;
  /** The answer of the upstream to the question for its models; null: none is set. */
  upstream(): Promise<UpstreamAnswer | null>;
}

export interface Check extends Pick<VerifyCheck, 'id' | 'title' | 'area' | 'path'> {
  /** What throws is `unknown`, with its message. */
  look(context: CheckContext): Promise<Found>;
}

const pairs = (facts: readonly [label: string, value: string | number | null][]): Fact[] =>
  facts.flatMap(([label, value]) => (value === null ? [] : [{ label, value: String(value) }]));

type Facts = readonly [label: string, value: string | number | null][];

export const ok = (evidence: string, facts: Facts = []): Found => ({
  state: 'ok',
  evidence,
  next: null,
  facts: pairs(facts),
});

const notOk =
  (state: 'warning' | 'problem' | 'unknown') =>
  (evidence: string, next: string, facts: Facts = []): Found => ({ state, evidence, next, facts: pairs(facts) });

export const warning = notOk('warning');
export const problem = notOk('problem');
export const unknown = notOk('unknown');

const namesShown = 5;
/** `Ada, Grace and 3 more` */
export const namesOf = (names: readonly string[]): string =>
  names.length <= namesShown
    ? names.join(', ')
    : `${names.slice(0, namesShown).join(', ')} and ${names.length - namesShown} more`;
