import type { z } from 'zod';
import type { policyDocuments } from '#contract/policy-authoring.ts';
import { ReeveError } from '#server/fail.ts';
import { judgeCommandLine } from './command-rules/judge-command-line.ts';
import type { Decision } from './command-rules/rule-set.ts';
import { ruleSetOfRequirements } from './command-rules/rule-set-of-requirements.ts';
import { readToml } from './read-toml.ts';

type Judgement = z.output<NonNullable<(typeof policyDocuments.judge)['~orpc']['outputSchema']>>;

/** Requirements can only stop: clients refuse one that allows. */
const stopIn = (decision: Decision | null) => (decision === 'allow' ? null : decision);

/** What the rules of a document say about a command line. @throws ReeveError bad-input, where it is not TOML */
export async function judgeContents(contents: string, command: string): Promise<Judgement> {
  const { root, problem } = readToml(contents);
  if (problem) throw new ReeveError('bad-input', { issue: `The document is not TOML: ${problem.message}.` });
  const { decision, parts, note, walkedAround } = await judgeCommandLine(ruleSetOfRequirements(root.value), command);
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
