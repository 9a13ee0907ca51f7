import type { PolicyTest } from '#contract/policies.ts';

const commandEnds = { prompt: 'prompts', forbidden: 'is forbidden', 'no-rule': 'meets no rule' } as const;

/** A test in words, without the name of its group, which only the server knows. */
export function sayTest(test: PolicyTest): string {
  const subject = test.groupId === null ? '' : 'For somebody in the chosen group, ';
  return test.kind === 'command'
    ? `${subject}“${test.command}” ${commandEnds[test.expect]}`
    : `${subject}${test.key} ${test.expect} ${test.value}`;
}
