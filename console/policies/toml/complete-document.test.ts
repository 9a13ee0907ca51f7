import { expect, test } from 'vitest';
import { requirementsShape } from '#contract/requirements/catalogue.ts';
import { completeDocument } from './complete-document.ts';
import { describePlace } from './describe-place.ts';

function at(marked: string) {
  const offset = marked.indexOf('|');
  return { text: marked.replace('|', ''), offset };
}

const suggestionsAt = (marked: string) => {
  const { text, offset } = at(marked);
  return completeDocument(requirementsShape, text, offset)?.suggestions ?? [];
};
const labelsAt = (marked: string) => suggestionsAt(marked).map(({ label }) => label);
const templateAt = (marked: string, label: string) =>
  suggestionsAt(marked).find((one) => one.label === label)?.template;

test.each([
  ['|', ['allowed_approval_policies', 'allowed_sandbox_modes', 'features', 'command rule', 'MCP server']],
  ['allowed_sandbox_modes = ["|', ['read-only', 'workspace-write', 'danger-full-access']],
  ['allowed_approval_policies = [|', ['untrusted', 'on-request', 'never']],
  ['[features]\n|', ['browser_use', 'computer_use', 'unified_exec']],
  ['[features]\nbrowser_use = |', ['true', 'false']],
  ['[|', ['features', 'rules', 'mcp_servers', 'experimental_network']],
  ['[[rules.|', ['prefix_rules']],
  ['[[rules.prefix_rules]]\n|', ['pattern', 'decision', 'justification']],
  ['[[rules.prefix_rules]]\npattern = [{ |', ['token', 'any_of']],
  ['[[rules.prefix_rules]]\ndecision = "|', ['prompt', 'forbidden']],
  ['[mcp_servers.docs]\n|', ['identity']],
  ['models.new_thread.|', ['model', 'model_reasoning_effort']],
] as const)('%j offers %j', (marked, expected) => {
  expect(labelsAt(marked)).toEqual(expect.arrayContaining([...expected]));
});

test.each(['# |', 'no_such_key = |', '[no_such_table]\n|', 'log_dir = "|'])('%j offers nothing', (marked) => {
  expect(suggestionsAt(marked)).toEqual([]);
});

test('what is put in fits where it goes', () => {
  expect(templateAt('|', 'allowed_sandbox_modes')).toBe('allowed_sandbox_modes = ["#{}"]');
  expect(templateAt('|', 'features')).toBe('[features]\n');
  expect(templateAt('allow| = true', 'allow_managed_hooks_only')).toBe('allow_managed_hooks_only');
  expect(templateAt('allowed_sandbox_modes = [|', 'read-only')).toBe('"read-only"');
  expect(templateAt('allowed_sandbox_modes = ["|', 'read-only')).toBe('read-only');
});

test('a key, a value and a header are described where they stand', () => {
  const describe = (marked: string) => {
    const { text, offset } = at(marked);
    return describePlace(requirementsShape, text, offset);
  };
  expect(describe('allowed_sand|box_modes = []')).toMatchObject({ title: 'allowed_sandbox_modes', from: 0, to: 21 });
  expect(describe('allowed_approval_policies = ["nev|er"]')).toMatchObject({ title: 'never', from: 30, to: 35 });
  expect(describe('[fea|tures]')).toMatchObject({ title: 'features' });
  expect(describe('[features]\nbrowser|_use = false')?.lines.join(' ')).toContain('Since client 0.140.0.');
  expect(describe('# allowed|_x')).toBeNull();
  expect(describe('no_|such = 1')).toBeNull();
});
