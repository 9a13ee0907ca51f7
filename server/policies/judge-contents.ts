import type { z } from 'zod';
import type { policyDocuments } from '#contract/policy-authoring.ts';

type Judgement = z.output<NonNullable<(typeof policyDocuments.judge)['~orpc']['outputSchema']>>;

/** What the rules of a document say about a command line. */
export async function judgeContents(_contents: string, _command: string): Promise<Judgement> {
  throw new Error('not merged yet');
}
