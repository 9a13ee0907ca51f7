import type { PolicyTest } from '#contract/policies.ts';
import { readTomlValue } from '../form/inline-toml.ts';

/** A test while it is being written. */
export interface TestDraft {
  kind: PolicyTest['kind'];
  groupId: string | null;
  command: string;
  decision: 'prompt' | 'forbidden' | 'no-rule';
  key: string;
  comparison: 'is' | 'contains' | 'lacks';
  value: string;
}

export const emptyTest: TestDraft = {
  kind: 'command',
  groupId: null,
  command: '',
  decision: 'prompt',
  key: '',
  comparison: 'lacks',
  value: '',
};

/** The test, or what is missing. */
export function draftTest(draft: TestDraft): { test: PolicyTest } | { problem: string } {
  const { kind, groupId, command, decision, key, comparison, value } = draft;
  if (kind === 'command') {
    if (command.trim() === '') return { problem: 'Write a command as the model would run it.' };
    return { test: { kind, groupId, command: command.trim(), expect: decision } };
  }
  if (key.trim() === '') return { problem: 'Choose a setting first.' };
  const read = readTomlValue(value);
  if ('problem' in read) return read;
  return { test: { kind, groupId, key: key.trim(), expect: comparison, value: value.trim() } };
}
