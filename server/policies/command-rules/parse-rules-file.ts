import { evaluateArgv } from './evaluate-command.ts';
import { readStarlark, type StarlarkCall } from './read-starlark.ts';
import type { Decision, RuleSet } from './rule-set.ts';
import * as read from './rules-functions.ts';
import { pointAt, problemOf, RulesFileError, type RulesProblem, refused } from './rules-problem.ts';

export interface NetworkRule {
  host: string;
  protocol: string;
  decision: Decision;
  justification: string | null;
}

export interface RulesFile extends RuleSet {
  networkRules: NetworkRule[];
}

export type RulesFileReading = { file: RulesFile; problem: null } | { file: null; problem: RulesProblem };

interface Examples {
  ruleIndex: number;
  match: read.Example[];
  notMatch: read.Example[];
}

interface Draft extends RulesFile {
  examples: Examples[];
}

function addPrefixRule(
  draft: Draft,
  call: StarlarkCall,
  values: ReturnType<typeof read.bindArguments>['values'],
  place: { name: string; line: number },
): void {
  const optional = <T>(
    name: string,
    reader: (value: NonNullable<ReturnType<typeof values.get>>) => T,
    otherwise: T,
  ): T => {
    const value = values.get(name);
    return value === undefined ? otherwise : reader(value);
  };
  const pattern = read.readPattern(read.requireValue(call, values, 'pattern'));
  const decision = optional<Decision>('decision', (value) => read.readDecision(value, { isNetwork: false }), 'allow');
  const justification = optional<string | null>('justification', read.readJustification, null);
  const isCanonical = optional('canonical_matching', (value) => read.readFlag('canonical_matching', value), false);
  const match = optional('match', (value) => read.readExamples('match', value), []);
  const notMatch = optional('not_match', (value) => read.readExamples('not_match', value), []);
  draft.examples.push({ ruleIndex: draft.rules.length, match, notMatch });
  draft.rules.push({ index: draft.rules.length, file: place, pattern, decision, justification, isCanonical });
}

function addNetworkRule(
  draft: Draft,
  call: StarlarkCall,
  values: ReturnType<typeof read.bindArguments>['values'],
): void {
  const protocol = read.readProtocol(read.requireValue(call, values, 'protocol'));
  const decision = read.readDecision(read.requireValue(call, values, 'decision'), { isNetwork: true });
  const reason = values.get('justification');
  const justification = reason === undefined ? null : read.readJustification(reason);
  const host = read.readHost(read.requireValue(call, values, 'host'));
  draft.networkRules.push({ host, protocol, decision, justification });
}

function addCall(draft: Draft, call: StarlarkCall, fileName: string, text: string): void {
  const { name, values } = read.bindArguments(call);
  if (name === 'prefix_rule') {
    addPrefixRule(draft, call, values, { name: fileName, line: pointAt(text, call.from).line });
  } else if (name === 'network_rule') addNetworkRule(draft, call, values);
  else {
    const program = read.readProgramName(read.requireValue(call, values, 'name'));
    const paths = read.readProgramPaths(read.requireValue(call, values, 'paths'), program);
    draft.hostExecutables.set(program, paths);
  }
}

/** The client tries the examples of a rule on that rule alone, with every `host_executable` of the file. */
function checkExamples({ rules, hostExecutables, examples }: Draft): void {
  for (const { ruleIndex, match, notMatch } of examples) {
    const alone = { rules: rules.slice(ruleIndex, ruleIndex + 1), hostExecutables };
    const isMatched = ({ words }: read.Example) =>
      evaluateArgv(alone, words, { resolveHostExecutables: true }).matches.length > 0;
    const wrong = notMatch.find(isMatched);
    if (wrong)
      throw refused(wrong.from, wrong.to, 'The rule matches this example, and not_match says that it does not.');
    const missed = match.find((example) => !isMatched(example));
    if (missed) throw refused(missed.from, missed.to, 'The rule does not match this example.');
  }
}

/**
 * Reads a `.rules` file without running it: calls of the three functions with literal arguments. Never throws. What the
 * client would compute (variables, functions, loops) is reported as not understood, never guessed.
 */
export function parseRulesFile(name: string, text: string): RulesFileReading {
  const draft: Draft = { rules: [], hostExecutables: new Map(), networkRules: [], examples: [] };
  try {
    for (const call of readStarlark(text)) addCall(draft, call, name, text);
    checkExamples(draft);
  } catch (error) {
    if (!(error instanceof RulesFileError)) throw error;
    return { file: null, problem: problemOf(error, text) };
  }
  const { rules, hostExecutables, networkRules } = draft;
  return { file: { rules, hostExecutables, networkRules }, problem: null };
}
