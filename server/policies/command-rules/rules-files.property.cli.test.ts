import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arbitraryRulesCase, type RulesCase } from '#testing/command-rules/arbitrary-rules.ts';
import { type ClientChecker, type ClientVerdict, openClientChecker } from '#testing/command-rules/client-verdict.ts';
import { evaluateArgv, executionPolicyJson } from './evaluate-command.ts';
import { parseRulesFile } from './parse-rules-file.ts';

const SEED = 20_261_126;
const COMMANDS_PER_FILE = 8;
const CHUNK = 1000;
const cases = Number(process.env.REEVE_RULES_CASES || 2000);
const chunks = Array.from({ length: Math.ceil(cases / CHUNK) }, (_, at) => SEED + at);

let client: ClientChecker;
beforeAll(async () => {
  client = await openClientChecker();
});
afterAll(() => client[Symbol.asyncDispose]());

/** The client goes through rules that ignore case in the order of a hash table. */
function comparable(verdict: ClientVerdict, isOrdered: boolean): unknown {
  const matched = verdict.matchedRules.map(({ prefixRuleMatch }) =>
    JSON.stringify(prefixRuleMatch, Object.keys(prefixRuleMatch).sort()),
  );
  return { decision: verdict.decision, matched: isOrdered ? matched : matched.sort() };
}

const counts = { compared: 0, matched: 0, refused: 0, notUnderstood: 0 };

async function compare({ text, commands }: RulesCase): Promise<void> {
  const { file, problem } = parseRulesFile('test.rules', text);
  if (problem?.kind === 'not-understood') {
    counts.notUnderstood += 1;
    return;
  }
  if (file === null) {
    const { refusal } = await client.check([text], ['git'], { resolveHostExecutables: true });
    expect({ refusedBecause: problem.message, byClient: refusal !== null }).toEqual({
      refusedBecause: problem.message,
      byClient: true,
    });
    counts.compared += 1;
    counts.refused += 1;
    return;
  }
  const isOrdered = !file.rules.some(({ isCanonical }) => isCanonical);
  const checkOne = async (argv: string[], at: number) => {
    const options = { resolveHostExecutables: at % 4 !== 0 };
    const { verdict, refusal } = await client.check([text], argv, options);
    expect({ argv, refusal }).toEqual({ argv, refusal: null });
    const ours = executionPolicyJson(evaluateArgv(file, argv, { ...options, place: client.place }));
    if (verdict)
      expect({ argv, ...Object(comparable(ours, isOrdered)) }).toEqual({
        argv,
        ...Object(comparable(verdict, isOrdered)),
      });
    counts.compared += 1;
    if (verdict && verdict.matchedRules.length > 0) counts.matched += 1;
  };
  await Promise.all(commands.map(checkOne));
}

describe('rules files and commands mean to us what they mean to the client', () => {
  test.each(chunks)('seed %i', async (seed) => {
    const before = counts.compared;
    for (let round = 0; counts.compared - before < CHUNK; round += 1) {
      const property = fc.asyncProperty(arbitraryRulesCase(COMMANDS_PER_FILE), compare);
      await fc.assert(property, { seed: seed * 1000 + round, numRuns: 20 });
    }
  });

  test('enough of it was about something', () => {
    console.log(JSON.stringify(counts));
    expect(counts.matched / counts.compared).toBeGreaterThan(0.3);
    expect(counts.refused).toBeGreaterThan(0);
    expect(counts.notUnderstood / counts.compared).toBeLessThan(0.1);
  });
});
