import { foldWord } from './fold-word.ts';
import { type Place, resolveProgram } from './resolve-program.ts';
import type { CommandRule, Decision, RuleSet } from './rule-set.ts';

export interface EvaluateOptions {
  /** Let rules for `git` count for `/usr/bin/git` too. The client does when it runs a command. */
  resolveHostExecutables: boolean;
  /** Without it a relative path to a program is in no list of `host_executable`. */
  place?: Place | undefined;
}

export interface RuleMatch {
  rule: CommandRule;
  matchedPrefix: string[];
  /** The path to the program, when the rule was found by the program's name. */
  resolvedProgram: string | null;
}

export interface Evaluation {
  matches: RuleMatch[];
  /** The strictest; null when no rule matches. */
  decision: Decision | null;
}

const STRICTNESS: Readonly<Record<Decision, number>> = { allow: 0, prompt: 1, 'prompt-user': 2, forbidden: 3 };

export function strictest(decisions: readonly (Decision | null)[]): Decision | null {
  return decisions.reduce((strict, each) => {
    if (strict === null || each === null) return strict ?? each;
    return STRICTNESS[each] > STRICTNESS[strict] ? each : strict;
  }, null);
}

function matchesWord(rule: CommandRule, expected: string, word: string): boolean {
  return rule.isCanonical ? foldWord(expected) === foldWord(word) : expected === word;
}

const matchesRest = (rule: CommandRule, argv: readonly string[]): boolean =>
  argv.length >= rule.pattern.length &&
  rule.pattern.slice(1).every((words, at) => words.some((word) => matchesWord(rule, word, argv[at + 1] ?? '')));

/** Every first word is a rule of its own to the client; those written exactly like the program come first. */
function matchesFor(ruleSet: RuleSet, program: string, argv: readonly string[]): { rule: CommandRule; head: string }[] {
  const found = ruleSet.rules.flatMap((rule) => {
    const heads = (rule.pattern[0] ?? []).filter((word) => matchesWord(rule, word, program));
    return heads.length > 0 && matchesRest(rule, argv) ? heads.map((head) => ({ rule, head })) : [];
  });
  return [...found.filter(({ head }) => head === program), ...found.filter(({ head }) => head !== program)];
}

function findByName(ruleSet: RuleSet, argv: readonly string[], place: Place | null): RuleMatch[] {
  const program = resolveProgram(argv[0] ?? '', place);
  if (program === null) return [];
  const isListed = (name: string) => ruleSet.hostExecutables.get(name)?.includes(program.path) ?? true;
  return matchesFor(ruleSet, program.name, argv)
    .filter(({ head }) => isListed(program.name) && isListed(head))
    .map(({ rule }) => ({
      rule,
      matchedPrefix: [program.name, ...argv.slice(1, rule.pattern.length)],
      resolvedProgram: program.path,
    }));
}

/**
 * What the client's rules say of one command. Rules for the program as written come first; only when none of them
 * matches do those for its name count.
 */
export function evaluateArgv(ruleSet: RuleSet, argv: readonly string[], options: EvaluateOptions): Evaluation {
  const exact = matchesFor(ruleSet, argv[0] ?? '', argv).map(
    ({ rule }): RuleMatch => ({ rule, matchedPrefix: argv.slice(0, rule.pattern.length), resolvedProgram: null }),
  );
  const isByName = exact.length === 0 && options.resolveHostExecutables && argv.length > 0;
  const matches = isByName ? findByName(ruleSet, argv, options.place ?? null) : exact;
  return { matches, decision: strictest(matches.map(({ rule }) => rule.decision)) };
}

/** The match whose reason the client gives: of those that decide, the longest, and among equals the last. */
export function decidingMatch({ matches, decision }: Evaluation): RuleMatch | null {
  return matches
    .filter(({ rule }) => rule.decision === decision)
    .reduce<RuleMatch | null>(
      (best, each) => (best !== null && best.matchedPrefix.length > each.matchedPrefix.length ? best : each),
      null,
    );
}

/** The JSON of `codex execpolicy check`. */
export function executionPolicyJson({ matches, decision }: Evaluation) {
  const matchedRules = matches.map(({ rule, matchedPrefix, resolvedProgram }) => ({
    prefixRuleMatch: {
      matchedPrefix,
      decision: rule.decision,
      ...(resolvedProgram === null ? {} : { resolvedProgram }),
      ...(rule.justification === null ? {} : { justification: rule.justification }),
    },
  }));
  return decision === null ? { matchedRules } : { matchedRules, decision };
}
