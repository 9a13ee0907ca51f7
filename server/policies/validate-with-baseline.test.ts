import { expect, test } from 'vitest';
import { clashesWithBaseline } from './document-cases/read-cases.ts';
import { policyPresets } from './policy-presets.ts';
import { isRefused, validateDocument } from './validate-document.ts';
import { validateWithBaseline } from './validate-with-baseline.ts';

const short = (policy: string, baseline: string) =>
  validateWithBaseline(policy, baseline).map(
    ({ severity, code, keyPath, from }) => `${severity} ${code} ${keyPath} ${from.line}`,
  );

test.each(clashesWithBaseline())('%j with %j locks people out together, not alone', (policy, baseline) => {
  expect(isRefused(validateDocument(policy))).toBe(false);
  expect(isRefused(validateDocument(baseline))).toBe(false);
  const errors = validateWithBaseline(policy, baseline).filter(({ severity }) => severity === 'error');
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({
    code: 'clashes-with-baseline',
    message: expect.stringMatching(/baseline.*refuse/),
  });
});

test.each([
  [
    'default_permissions = ":read-only"\n[allowed_permission_profiles]\n":read-only" = true\n',
    '[allowed_permission_profiles]\n":workspace" = true\n":read-only" = true\n":danger-full-access" = false\n',
    ['warning baseline-adds allowed_permission_profiles 2'],
  ],
  [
    '[mcp_servers.a]\nidentity = { command = "x" }\n',
    '[mcp_servers.b]\nidentity = { command = "y" }\n',
    ['warning baseline-adds mcp_servers 1'],
  ],
  [
    '[experimental_network]\ndomains = { "a.example" = "allow" }\n',
    '[experimental_network]\ndomains = { "a.example" = "deny" }\n',
    ['warning baseline-overridden experimental_network.domains."a.example" 2'],
  ],
  ['allowed_sandbox_modes = ["read-only"]\n', 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n', []],
  ['allowed_sandbox_modes = []\n', 'allow_appshots = false\n', []],
  ['not = [toml\n', 'allow_appshots = false\n', []],
])('%j with %j', (policy, baseline, findings) => {
  expect(short(policy, baseline)).toEqual(findings);
});

test('templates go with each other', () => {
  for (const { contents: policy } of policyPresets) {
    for (const { contents: baseline } of policyPresets)
      expect(isRefused(validateWithBaseline(policy, baseline))).toBe(false);
  }
});
