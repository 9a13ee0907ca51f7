import { expect, test } from 'vitest';
import { mergeRequirements } from './merge-requirements.ts';

test('the higher document wins per key, the lower one fills what it leaves open', () => {
  expect(
    mergeRequirements(
      { allowed_sandbox_modes: ['read-only'], features: { memories: true } },
      {
        allowed_sandbox_modes: ['read-only', 'workspace-write'],
        features: { memories: false, apps: false },
        allow_appshots: false,
      },
    ),
  ).toEqual({
    allowed_sandbox_modes: ['read-only'],
    features: { memories: true, apps: false },
    allow_appshots: false,
  });
});

test('an empty list is set, not open', () => {
  expect(mergeRequirements({ allowed_web_search_modes: [] }, { allowed_web_search_modes: ['live'] })).toEqual({
    allowed_web_search_modes: [],
  });
});

test('rules and hooks add up, the higher ones first; denied paths unite; an app that is off stays off', () => {
  const rule = (token: string) => ({ pattern: [{ token }], decision: 'prompt' });
  expect(
    mergeRequirements(
      {
        rules: { prefix_rules: [rule('a')] },
        hooks: { managed_dir: '/a', Stop: [{ hooks: ['a'] }] },
        permissions: { filesystem: { deny_read: ['/x', '/y'] } },
        apps: { one: { enabled: true }, two: { enabled: false } },
      },
      {
        rules: { prefix_rules: [rule('b')] },
        hooks: { managed_dir: '/a', Stop: [{ hooks: ['b'] }], PreToolUse: [{ hooks: ['c'] }] },
        permissions: { filesystem: { deny_read: ['/y', '/z'] } },
        apps: { one: { enabled: false }, two: { enabled: true } },
      },
    ),
  ).toEqual({
    rules: { prefix_rules: [rule('a'), rule('b')] },
    hooks: { managed_dir: '/a', Stop: [{ hooks: ['a'] }, { hooks: ['b'] }], PreToolUse: [{ hooks: ['c'] }] },
    permissions: { filesystem: { deny_read: ['/x', '/y', '/z'] } },
    apps: { one: { enabled: false }, two: { enabled: false } },
  });
});

test('hosts with modes of their own do not reach behind modes that the higher document sets', () => {
  const hosts = [{ hostname_patterns: ['ci-*'], allowed_sandbox_modes: ['read-only', 'danger-full-access'] }];
  expect(mergeRequirements({ allowed_sandbox_modes: ['read-only'] }, { remote_sandbox_config: hosts })).toEqual({
    allowed_sandbox_modes: ['read-only'],
  });
  expect(mergeRequirements({}, { remote_sandbox_config: hosts })).toEqual({ remote_sandbox_config: hosts });
});

test('the two ways to list hosts never come together', () => {
  expect(
    mergeRequirements(
      { experimental_network: { domains: { 'a.example': 'allow' } } },
      { experimental_network: { enabled: true, allowed_domains: ['b.example'] } },
    ),
  ).toEqual({ experimental_network: { enabled: true, domains: { 'a.example': 'allow' } } });
});
