import { foldWord } from './fold-word.ts';
import { reorderedExample } from './option-positions.ts';
import { isShell, problemOfFirstWord, specialCharacter } from './splittable-words.ts';

/** A `prefix_rules` entry; each position of the pattern lists its alternatives. */
export interface PrefixRule {
  pattern: string[][];
  decision: 'allow' | 'prompt' | 'forbidden' | 'prompt-user';
  justification?: string | undefined;
  /** `canonical_matching`: upper and lower case, composed and decomposed letters are the same. */
  isCanonical?: boolean | undefined;
}

/**
 * `never-matches`: no command line can match. `needs-quotes`: matches only a word written in quotes. `duplicate` and
 * `covered`: another rule decides in every case. `weakened-by-path`: a rule for a full path takes the place of a stricter
 * one for the name. `catches-whole-lines`: also applies to every command line the client cannot split.
 * `walked-around`: an ordinary spelling of the same command does not match.
 */
export type ShadowKind =
  | 'never-matches'
  | 'needs-quotes'
  | 'duplicate'
  | 'covered'
  | 'weakened-by-path'
  | 'catches-whole-lines'
  | 'walked-around';

export interface ShadowFinding {
  kind: ShadowKind;
  ruleIndex: number;
  /** The rule that causes it, where there is one. */
  otherIndex?: number;
  message: string;
}

/** For the editor and the tester, next to any finding or none. */
export const RULES_ARE_NO_SANDBOX =
  'Command rules compare the first words of a command. They guide the model and ask members; they do not stop a program from doing the same another way (env, a script, a redirection). What must not happen is for the sandbox and the network rules to prevent.';

const STRICTNESS = { allow: 0, prompt: 1, 'prompt-user': 1, forbidden: 2 } as const;

const wordsOf = (rule: PrefixRule): string => rule.pattern.map((words) => words.join('|')).join(' ');
const firstWords = (rule: PrefixRule): string[] => rule.pattern.map(([word = '']) => word);

function findUnmatchable(rule: PrefixRule, ruleIndex: number): ShadowFinding[] {
  const [first = [], ...rest] = rule.pattern;
  const problems = first.map(problemOfFirstWord);
  const [problem] = problems;
  if (problem !== undefined && problem !== null && problems.every((each) => each !== null)) {
    const advice = /\s/.test(first[0] ?? '') ? ' Give each word an entry of its own.' : '';
    const message = `No command line matches: the name of a command cannot be “${first[0]}”, because ${problem}.${advice}`;
    return [{ kind: 'never-matches', ruleIndex, message }];
  }
  for (const words of rest) {
    const special = specialCharacter(words[0] ?? '');
    if (special === null || !words.every((word) => specialCharacter(word) !== null)) continue;
    const advice = special.trim() === '' ? ' Give each word an entry of its own.' : '';
    const message = `Matches only where a command line has “${words[0]}” in quotes: a pattern has one entry for each word and knows no wildcards or operators.${advice}`;
    return [{ kind: 'needs-quotes', ruleIndex, message }];
  }
  return [];
}

/** True when whatever `narrow` matches, `broad` matches too. */
function matchesMore(broad: PrefixRule, narrow: PrefixRule): boolean {
  if (broad.pattern.length > narrow.pattern.length || (narrow.isCanonical && !broad.isCanonical)) return false;
  const plain = (word: string) => (broad.isCanonical ? foldWord(word) : word);
  return broad.pattern.every((alternatives, at) => {
    const accepted = new Set(alternatives.map(plain));
    return narrow.pattern[at]?.every((word) => accepted.has(plain(word))) ?? false;
  });
}

// Among rules of one decision the client gives the reason of the longest, and among those of the last.
function isPointless(rule: PrefixRule, at: number, other: PrefixRule, otherAt: number): boolean {
  if (at === otherAt || !matchesMore(other, rule)) return false;
  if (STRICTNESS[other.decision] > STRICTNESS[rule.decision]) return true;
  if (other.decision !== rule.decision) return false;
  const isSame = other.pattern.length === rule.pattern.length && matchesMore(rule, other);
  if (isSame) return other.justification === rule.justification ? at > otherAt : at < otherAt;
  return rule.justification === other.justification;
}

function findCovered(rules: PrefixRule[], rule: PrefixRule, ruleIndex: number): ShadowFinding[] {
  const otherIndex = rules.findIndex((other, at) => isPointless(rule, ruleIndex, other, at));
  const other = rules[otherIndex];
  if (other === undefined) return [];
  const isSame = matchesMore(rule, other) && other.decision === rule.decision;
  const message = isSame
    ? `Rule ${otherIndex + 1} says the same; the client uses that one.`
    : `Rule ${otherIndex + 1} (${wordsOf(other)}) already covers this with ${other.decision}; this rule changes nothing.`;
  return [{ kind: isSame ? 'duplicate' : 'covered', ruleIndex, otherIndex, message }];
}

/** Rules for the name of a program are not looked at when one for the path as written matches. */
function findWeakened(rules: PrefixRule[], rule: PrefixRule, ruleIndex: number): ShadowFinding[] {
  const paths = (rule.pattern[0] ?? []).filter((word) => word.includes('/'));
  if (paths.length === 0) return [];
  const names = paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  const byName = { ...rule, pattern: [names, ...rule.pattern.slice(1)] };
  const otherIndex = rules.findIndex(
    (other) => STRICTNESS[other.decision] > STRICTNESS[rule.decision] && matchesMore(other, byName),
  );
  const other = rules[otherIndex];
  if (other === undefined) return [];
  const message = `For ${paths[0]} this rule takes the place of the stricter rule ${otherIndex + 1} (${wordsOf(other)}): a rule for the path as written is used instead of those for the name.`;
  return [{ kind: 'weakened-by-path', ruleIndex, otherIndex, message }];
}

function findWholeLines(rule: PrefixRule, ruleIndex: number): ShadowFinding[] {
  const [first = [], second, third] = rule.pattern;
  if (!first.some(isShell) || third !== undefined || (second !== undefined && !second.includes('-lc'))) return [];
  const message =
    'Also applies to every command line the client does not split, such as one with a redirection, a variable or a loop: it runs those as “bash -lc …”.';
  return [{ kind: 'catches-whole-lines', ruleIndex, message }];
}

function findWalkedAround(rule: PrefixRule, ruleIndex: number): ShadowFinding[] {
  const words = firstWords(rule);
  if (rule.decision === 'allow' || (rule.pattern[0] ?? []).some(isShell)) return [];
  const [program = ''] = words;
  if (program.includes('/')) {
    const name = program.slice(program.lastIndexOf('/') + 1);
    const message = `Matches only “${program}” written like this. A rule for “${name}” matches the name and any path to it.`;
    return [{ kind: 'walked-around', ruleIndex, message }];
  }
  const other = reorderedExample(words);
  if (other === null) return [];
  const message = `“${words.join(' ')}” matches, “${other}” does not: the words must stand first and in this order.`;
  return [{ kind: 'walked-around', ruleIndex, message }];
}

/** What an author should know of a list of `prefix_rules`, in the order of the rules. Facts of the client 0.169.0. */
export function findShadowedRules(rules: PrefixRule[]): ShadowFinding[] {
  return rules.flatMap((rule, ruleIndex) => {
    const unmatchable = findUnmatchable(rule, ruleIndex);
    if (unmatchable.some(({ kind }) => kind === 'never-matches')) return unmatchable;
    const covered = findCovered(rules, rule, ruleIndex);
    if (covered.length > 0) return [...unmatchable, ...covered];
    return [
      ...unmatchable,
      ...findWeakened(rules, rule, ruleIndex),
      ...findWholeLines(rule, ruleIndex),
      ...findWalkedAround(rule, ruleIndex),
    ];
  });
}
