import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  arbitraryPrefixRulesCase,
  arbitraryRulesCase,
  type PrefixRulesCase,
  type RulesCase,
} from '#testing/command-rules/arbitrary-rules.ts';
import { type ClientChecker, type ClientVerdict, openClientChecker } from '#testing/command-rules/client-verdict.ts';
import { evaluateArgv, executionPolicyJson } from './evaluate-command.ts';
import { foldWord } from './fold-word.ts';
import { parseRulesFile } from './parse-rules-file.ts';
import { ruleSetOfRequirements } from './rule-set-of-requirements.ts';

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

/** `execpolicy check` reads no requirements, so the client gets the same rules as a file. */
async function comparePrefixRules({ prefixRules, sameAsFile, commands }: PrefixRulesCase): Promise<void> {
  const ruleSet = ruleSetOfRequirements({ rules: { prefix_rules: prefixRules } });
  expect(ruleSet.rules).toHaveLength(prefixRules.length);
  const isOrdered = !ruleSet.rules.some(({ isCanonical }) => isCanonical);
  const options = { resolveHostExecutables: true, place: client.place };
  const checkOne = async (argv: string[]) => {
    const { verdict, refusal } = await client.check([sameAsFile], argv, options);
    const ours = JSON.stringify(executionPolicyJson(evaluateArgv(ruleSet, argv, options)));
    const inTermsOfFiles: ClientVerdict = JSON.parse(
      ours.replaceAll('"decision":"prompt-user"', '"decision":"prompt"'),
    );
    expect({ argv, refusal }).toEqual({ argv, refusal: null });
    if (verdict)
      expect({ argv, ...Object(comparable(inTermsOfFiles, isOrdered)) }).toEqual({
        argv,
        ...Object(comparable(verdict, isOrdered)),
      });
  };
  await Promise.all(commands.map(checkOne));
}

describe('rules files and commands mean to us what they mean to the client', () => {
  test.each(chunks)('seed %i', { timeout: 900_000 }, async (seed) => {
    const before = counts.compared;
    for (let round = 0; counts.compared - before < CHUNK; round += 1) {
      const property = fc.asyncProperty(arbitraryRulesCase(COMMANDS_PER_FILE), compare);
      await fc.assert(property, { seed: seed * 1000 + round, numRuns: 20, endOnFailure: true });
    }
  });

  test('prefix_rules of requirements', { timeout: 3_600_000 }, async () => {
    const property = fc.asyncProperty(arbitraryPrefixRulesCase(COMMANDS_PER_FILE), comparePrefixRules);
    await fc.assert(property, { seed: SEED, numRuns: Math.ceil(cases / COMMANDS_PER_FILE / 10), endOnFailure: true });
  });

  test('every letter that has another case', async () => {
    const letters = Array.from({ length: 0x1_e000 }, (_, code) => code)
      .filter((code) => code > 0 && (code < 0xd800 || code > 0xdfff))
      .map((code) => String.fromCodePoint(code))
      .filter((letter) => /\p{Assigned}/u.test(letter) && foldWord(letter) !== letter);
    expect(letters.length).toBeGreaterThan(1000);
    const rules = `prefix_rule(${JSON.stringify(letters)}, canonical_matching=True)`;
    const { verdict } = await client.check([rules], letters.map(foldWord), { resolveHostExecutables: false });
    expect(verdict?.matchedRules[0]?.prefixRuleMatch.matchedPrefix).toHaveLength(letters.length);
  });

  test('enough of it was about something', () => {
    console.log(JSON.stringify(counts));
    expect(counts.matched / counts.compared).toBeGreaterThan(0.3);
    expect(counts.refused).toBeGreaterThan(0);
    expect(counts.notUnderstood / counts.compared).toBeLessThan(0.1);
  });
});
