import { expect, test } from 'vitest';
import { constraintPaths, covers, writePath } from './constraint-paths.ts';
import { evidence } from './evidence.ts';
import { readStatedPolicy } from './stated-policy.ts';

const contents = `allowed_sandbox_modes = ["read-only"]
model_provider = "mine"
[features]
memories = false
apps = true
[rules]
prefix_rules = [{ pattern = [{ token = "rm" }], decision = "forbidden" }, { pattern = [{ token = "git" }], decision = "prompt" }]
[mcp_servers]
[hooks]
managed_dir = "/opt/hooks"
[[hooks.Stop]]
hooks = [{ type = "command", command = "x" }]
[otel]
environment = "corp"
[permissions.filesystem]
deny_read = ["~/.ssh"]
`;
const baselineContents = 'allowed_sandbox_modes = ["read-only", "workspace-write"]\nallow_appshots = false\n';
const read = (version: string) => readStatedPolicy({ contents, baselineContents }, version);

test('a policy is one path for each thing that can be tried by itself, with what the baseline adds', () => {
  expect(read('0.169.0').paths.map(writePath)).toEqual([
    'allowed_sandbox_modes',
    'model_provider',
    'features.memories',
    'features.apps',
    'rules.prefix_rules[0]',
    'rules.prefix_rules[1]',
    'mcp_servers',
    'hooks.managed_dir',
    'hooks.Stop',
    'otel.environment',
    'permissions.filesystem.deny_read',
    'allow_appshots',
  ]);
  expect(read('0.169.0').values.allowed_sandbox_modes).toEqual(['read-only']);
});

test('what a version does not know has a reason, and what it knows has none', () => {
  const unknownTo = (version: string) => {
    const policy = read(version);
    return policy.paths.filter((path) => policy.unknownBecause(path) !== null).map(writePath);
  };
  expect(unknownTo('0.169.0')).toEqual([]);
  expect(unknownTo('0.163.0')).toEqual(['otel.environment']);
  expect(unknownTo('0.140.0')).toEqual(['model_provider', 'otel.environment']);
  expect(unknownTo('0.120.0')).toEqual(
    expect.arrayContaining(['hooks.Stop', 'permissions.filesystem.deny_read', 'allow_appshots']),
  );
  expect(read('0.140.0').unknownBecause(['otel', 'environment'])).toMatch(/^not enforced by 0\.140: /);
});

test('what Reeve sets itself is told', () => {
  const { setByReeve } = read('0.169.0');
  expect(setByReeve(['features', 'apps'])).toContain('vendor');
  expect(setByReeve(['model_provider'])).toContain('its own value comes first');
  expect(setByReeve(['features', 'memories'])).toBeNull();
});

test('a key that works in files on the machine only is never kept from here', () => {
  const policy = readStatedPolicy(
    { contents: 'allowed_login_methods = ["chatgpt"]\n', baselineContents: null },
    '0.169.0',
  );
  expect(policy.paths.map((path) => policy.unknownBecause(path))).toEqual([expect.stringContaining('from the server')]);
});

test.each([
  [{ a: 1, b: 2 }, { a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [['x', 'y'], ['x'], false],
  [['y'], ['x'], false],
  [undefined, { a: 1 }, false],
  [false, false, true],
])('%j covers %j: %s', (actual, wanted, isCovered) => {
  expect(covers(actual, wanted)).toBe(isCovered);
});

test('evidence shows no token, and at most 8,000 characters', () => {
  const secrets = [
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
    'at-01a2193b2dac7d338764f31d67a0a1b2',
    'Bearer 0123456789abcdef',
    '"refresh_token":"rt-1"',
  ];
  const { text } = evidence('client-output', 'x', `before ${secrets.join(' and ')} after`);
  expect(text).toMatch(/^before .* after$/);
  for (const secret of ['eyJ', 'at-01', '0123456789abcdef', 'rt-1']) expect(text).not.toContain(secret);
  const long = evidence('client-output', 'x', 'a'.repeat(20_000));
  expect(long.text.length).toBeLessThanOrEqual(8_000);
  expect(constraintPaths({})).toEqual([]);
});
