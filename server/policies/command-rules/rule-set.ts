import type { PrefixRule } from './find-shadowed-rules.ts';

/** In the client's words; `prompt-user` asks the member even where an automatic reviewer would answer. */
export type Decision = PrefixRule['decision'];

export interface CommandRule {
  /** Position in its document: of the `prefix_rules` entry, or of the `prefix_rule` call in the file. */
  index: number;
  /** The rules file and the line of the call; null for `prefix_rules`. */
  file: { name: string; line: number } | null;
  pattern: string[][];
  decision: Decision;
  justification: string | null;
  isCanonical: boolean;
}

export interface RuleSet {
  /** In the order the client holds them: rules files first, `prefix_rules` last. */
  rules: CommandRule[];
  /** Program name → the only absolute paths for which rules for the name count. */
  hostExecutables: Map<string, string[]>;
}

/** All of these rules together; a later `host_executable` for the same name replaces an earlier one. */
export function mergeRuleSets(...ruleSets: RuleSet[]): RuleSet {
  return {
    rules: ruleSets.flatMap(({ rules }) => rules),
    hostExecutables: new Map(ruleSets.flatMap(({ hostExecutables }) => [...hostExecutables])),
  };
}
