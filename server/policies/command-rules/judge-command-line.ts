import { decidingMatch, evaluateArgv, type RuleMatch, strictest } from './evaluate-command.ts';
import type { Place } from './resolve-program.ts';
import type { Decision, RuleSet } from './rule-set.ts';
import { openShellReader, type ShellReader } from './split-shell-command.ts';
import { findWalkAround, isStop } from './walk-arounds.ts';

export interface DecidingRule {
  /** Position of the `prefix_rules` entry, or of the call in the file. */
  index: number;
  file: { name: string; line: number } | null;
  justification: string | null;
  matchedPrefix: string[];
}

export interface CommandPart {
  words: string[];
  decision: Decision | null;
  rule: DecidingRule | null;
}

export interface CommandJudgement {
  /** The strictest over the parts; null when the approval policy and the sandbox decide. */
  decision: Decision | null;
  /** The rule that decides, whose justification the client gives. */
  rule: DecidingRule | null;
  /** What the client judges, one by one; the whole `bash -lc …` when it does not split the command line. */
  parts: CommandPart[];
  isSplit: boolean;
  note: string | null;
  /** How the command line does something a rule would stop, without the client noticing; null when nothing is known. */
  walkedAround: string | null;
}

export interface JudgeOptions {
  /** The member's shell, which the client runs with `-lc`. */
  shell?: '/bin/bash' | '/bin/zsh' | '/bin/sh';
  place?: Place;
}

const NO_RULE = 'No rule decides: the approval policy and the sandbox do.';
const SOME_ALLOWED = 'Not every part is allowed by a rule: for the others the approval policy and the sandbox decide.';

function decidingRule(match: RuleMatch | null): DecidingRule | null {
  if (match === null) return null;
  const { index, file, justification } = match.rule;
  return { index, file, justification, matchedPrefix: match.matchedPrefix };
}

function findHidden(
  commandLine: string,
  { commands, obstacle }: { commands: string[][] | null; obstacle: string | null },
  judge: (words: readonly string[]) => Decision | null,
  reader: ShellReader,
): string | null {
  const all = commands ?? reader.allCommands(commandLine);
  const unseen = commands === null ? all.find((words) => isStop(judge(words))) : undefined;
  if (unseen) return `“${unseen.join(' ')}” is in it, but the client does not look: ${obstacle}.`;
  const around = findWalkAround(all, judge, reader.allCommands);
  return around && `“${around.words.join(' ')}” is carried out although a rule would stop it: ${around.how}.`;
}

/**
 * What the client 0.169.0 does with a command line the model sends to `exec_command`: it judges the parts it can split
 * off, else the whole. Without a rule it is the approval policy and the sandbox that decide.
 */
export async function judgeCommandLine(
  ruleSet: RuleSet,
  commandLine: string,
  { shell = '/bin/bash', place }: JudgeOptions = {},
): Promise<CommandJudgement> {
  const reader = await openShellReader();
  const { commands, obstacle } = reader.split(commandLine);
  const evaluate = (words: readonly string[]) => evaluateArgv(ruleSet, words, { resolveHostExecutables: true, place });
  const evaluated = (commands ?? [[shell, '-lc', commandLine]]).map((words) => ({ words, ...evaluate(words) }));
  const parts = evaluated.map(
    ({ words, matches, decision }): CommandPart => ({
      words,
      decision,
      rule: decidingRule(decidingMatch({ matches, decision })),
    }),
  );
  const highest = strictest(parts.map((part) => part.decision));
  // The client gives leave only when every part has it.
  const isPartlyAllowed = highest === 'allow' && parts.some((part) => part.decision === null);
  const decision = isPartlyAllowed ? null : highest;
  const deciding = decidingMatch({ matches: evaluated.flatMap(({ matches }) => matches), decision });
  const judge = (words: readonly string[]) => evaluate(words).decision;
  const unsplit = `The client does not split this command line, because ${obstacle}; only rules for ${shell} apply.`;
  const whole = obstacle === null ? null : decision === null ? `${unsplit} ${NO_RULE}` : unsplit;
  const open = decision !== null ? null : isPartlyAllowed ? SOME_ALLOWED : NO_RULE;
  return {
    decision,
    rule: decision === null ? null : decidingRule(deciding),
    parts,
    isSplit: commands !== null,
    note: whole ?? open,
    walkedAround: decision === 'forbidden' ? null : findHidden(commandLine, { commands, obstacle }, judge, reader),
  };
}
