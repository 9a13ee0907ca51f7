import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { acceptedDefaults, refusedDefaults } from './document-cases/read-cases.ts';
import { fitDefaults } from './fit-document.ts';
import { policyPresets } from './policy-presets.ts';
import { validateDefaults } from './validate-defaults.ts';
import { isRefused } from './validate-document.ts';

const codesOf = (defaults: string, requirements = '') =>
  validateDefaults(defaults, requirements).map(({ severity, code }) => `${severity} ${code}`);

test.each(refusedDefaults())('$line:$column $code $document', ({ line, column, code, document }) => {
  const [first] = validateDefaults(document, '').filter(({ severity }) => severity === 'error');
  expect(first).toMatchObject({ code, from: { line, column } });
  expect(first?.message).toMatch(/^[^\n]{20,}[.!?]$/u);
});

test.each(acceptedDefaults())('no error in %s', (document) => {
  expect(isRefused(validateDefaults(document, ''))).toBe(false);
});

describe('accepted, but not what the author means', () => {
  test.each([
    ['model = "x"\n', []],
    ['modl = "x"\n', ['warning unknown-key']],
    ['chatgpt_base_url = "https://x"\n', ['warning no-effect']],
    ['forced_login_method = "chatgpt"\n', ['warning no-effect']],
    ['openai_base_url = "https://x"\n', ['warning pinned-by-reeve']],
    ['model_provider = "x"\n', ['warning pinned-by-reeve']],
    ['[features]\napps = true\n', ['warning pinned-by-reeve']],
    ['[features]\napps = false\n', []],
    ['model_instructions_file = "/x"\n', ['warning file-must-exist']],
    ['web_search = "indexed"\n', ['warning older-clients-refuse']],
    // Clients since 0.163 refuse it, older ones do not know it.
    ['[features]\nrollout_budget = true\n', ['error feature-needs-settings']],
  ])('%j', (defaults, codes) => {
    expect(codesOf(defaults)).toEqual(codes);
  });

  test('a misspelt key is repaired', () => {
    expect(validateDefaults('modl = "x"\n', '')[0]?.fix?.contents).toBe('model = "x"\n');
  });
});

describe('beside requirements', () => {
  test.each([
    ['sandbox_mode = "workspace-write"\n', 'allowed_sandbox_modes = ["read-only"]\n', ['warning default-not-allowed']],
    ['sandbox_mode = "read-only"\n', 'allowed_sandbox_modes = ["read-only"]\n', []],
    ['approval_policy = "never"\n', 'allowed_approval_policies = ["on-request"]\n', ['warning default-not-allowed']],
    [
      'approval_policy = { granular = { sandbox_approval = true, rules = true, mcp_elicitations = true } }\n',
      'allowed_approval_policies = [{ granular = { sandbox_approval = true, rules = true, mcp_elicitations = true } }]\n',
      [],
    ],
    [
      'approvals_reviewer = "auto_review"\n',
      'allowed_approvals_reviewers = ["user"]\n',
      ['warning default-not-allowed'],
    ],
    ['web_search = "live"\n', 'allowed_web_search_modes = ["cached"]\n', ['warning default-not-allowed']],
    ['web_search = "disabled"\n', 'allowed_web_search_modes = []\n', []],
    [
      'default_permissions = ":danger-full-access"\n',
      '[allowed_permission_profiles]\n":read-only" = true\n":workspace" = true\n',
      ['warning default-not-allowed'],
    ],
    ['[features]\nmemories = true\n', '[features]\nmemories = false\n', ['warning default-not-allowed']],
    ['[mcp_servers.a]\ncommand = "x"\n', '[mcp_servers.a]\nidentity = { command = "x" }\n', []],
    [
      '[mcp_servers.a]\ncommand = "y"\n',
      '[mcp_servers.a]\nidentity = { command = "x" }\n',
      ['warning default-not-allowed'],
    ],
    ['[mcp_servers.b]\ncommand = "x"\n', '[mcp_servers]\n', ['warning default-not-allowed']],
    ['log_dir = "/a"\n', 'log_dir = "/b"\n', ['warning default-not-allowed']],
    [
      'sandbox_mode = "danger-full-access"\n',
      'allowed_sandbox_modes = ["read-only"]\n',
      ['error full-access-limited', 'warning default-not-allowed'],
    ],
    [
      'sandbox_mode = "danger-full-access"\n',
      'allowed_approval_policies = ["on-request"]\nallowed_sandbox_modes = ["read-only"]\n',
      ['warning default-not-allowed'],
    ],
    [
      'default_permissions = ":danger-full-access"\n',
      'allowed_sandbox_modes = ["read-only"]\n',
      ['error full-access-limited'],
    ],
    ['default_permissions = "corp"\n', '[permissions.corp]\nextends = ":workspace"\n', []],
    ['model = "x"\n', 'not = [toml\n', []],
  ])('%j with %j', (defaults, requirements, codes) => {
    expect(codesOf(defaults, requirements)).toEqual(codes);
  });
});

test('the defaults of templates hold no error and no warning', () => {
  for (const { contents, defaults } of policyPresets) expect(validateDefaults(defaults ?? '', contents)).toEqual([]);
});

test.each(['', '\0', '\ud800', 'x = ', '__proto__ = 1\n', '#'.repeat(70_000)])(
  'any text gets an answer (%#)',
  (text) => {
    expect(Array.isArray(validateDefaults(text, text))).toBe(true);
  },
);

test('older clients get defaults without what they refuse', () => {
  const defaults = 'web_search = "indexed" # new\n[mcp_servers.a]\ncommand = "x"\ntool_timeout_sec = 1.5\n';
  expect(fitDefaults(defaults, '0.163.0')).toBe(defaults);
  expect(parse(fitDefaults(defaults, '0.140.0'))).toEqual({
    web_search: 'cached',
    mcp_servers: { a: { command: 'x', tool_timeout_sec: 1.5 } },
  });
  expect(fitDefaults('not toml', '0.140.0')).toBe('not toml');
});
