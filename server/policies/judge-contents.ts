import type { z } from 'zod';
import type { policyDocuments } from '#contract/policy-authoring.ts';
import { ReeveError } from '#server/fail.ts';
import { judgeCommandLine } from './command-rules/judge-command-line.ts';
import type { Decision } from './command-rules/rule-set.ts';
import { ruleSetOfRequirements } from './command-rules/rule-set-of-requirements.ts';
import { openDocument } from './open-document.ts';

type Judgement = z.output<NonNullable<(typeof policyDocuments.judge)['~orpc']['outputSchema']>>;

/** Requirements can only stop: clients refuse one that allows. */
const stopIn = (decision: Decision | null) => (decision === 'allow' ? null : decision);

/** What the rules of a document say about a command line. @throws ReeveError bad-input, where nobody can read it */
export function judgeContents(contents: string, command: string): Promise<Judgement> {
  const { root, refusal } = openDocument(contents);
  if (!root) throw new ReeveError('bad-input', { issue: refusal[0]?.message });
  return judgeRules(root.value, command);
}

/** The same for the plain values of a document. */
export async function judgeRules(requirements: unknown, command: string): Promise<Judgement> {
  const { decision, parts, note, walkedAround } = await judgeCommandLine(ruleSetOfRequirements(requirements), command);
  const notes = [note, walkedAround].filter((found) => found !== null);
  return {
    decision: stopIn(decision),
    parts: parts.map((part) => ({
      words: part.words,
      decision: stopIn(part.decision),
      rule: part.rule?.index ?? null,
      matchedPrefix: part.rule?.matchedPrefix ?? [],
      justification: part.rule?.justification ?? null,
    })),
    note: notes.length === 0 ? null : notes.join(' '),
  };
}
