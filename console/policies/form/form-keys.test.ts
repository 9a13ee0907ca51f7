import { expect, test } from 'vitest';
import { requirementGroups, requirementsShape } from '#contract/requirements/catalogue.ts';
import { defaultGroups } from '#contract/requirements/default-keys.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import { shapeAt } from '../catalogue/shape-at.ts';
import { diagnosticsAt } from './field-diagnostics.ts';
import { formGroups, isSet, matchesSearch, unknownKeys } from './form-keys.ts';
import { fits, starterOf, type Widget, widgetOf } from './widget-of.ts';

const rows = formGroups(requirementGroups).flatMap(({ keys }) => keys);
const row = (name: string) => {
  const found = rows.find((one) => one.name === name);
  if (!found) throw new Error(`${name} is no row`);
  return found;
};

test('every key of both catalogues has one row, and every row a name of its own', () => {
  for (const groups of [requirementGroups, defaultGroups]) {
    const names = formGroups(groups).flatMap(({ keys }) => keys.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    for (const { keys } of groups)
      for (const key of Object.keys(keys))
        expect(names.some((name) => name === key || name.startsWith(`${key}.`))).toBe(true);
  }
});

test('a table with fixed keys is taken apart, and what holds for it holds for its keys', () => {
  expect(row('windows.require_mxc').shape.since?.version).toBe('0.163.0');
  expect(row('experimental_network.enabled').path).toEqual(['experimental_network', 'enabled']);
  expect(rows.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['permissions', 'permissions.filesystem.deny_read']),
  );
});

test('a map counts as set by its own entries, not by its fixed keys', () => {
  const values = { permissions: { filesystem: { deny_read: ['/etc'] } } };
  expect(isSet(row('permissions'), values)).toBe(false);
  expect(isSet(row('permissions.filesystem.deny_read'), values)).toBe(true);
  expect(isSet(row('permissions'), { permissions: { ours: {} } })).toBe(true);
  expect(isSet(row('mcp_servers'), { mcp_servers: {} })).toBe(true);
});

test('keys no client knows are found at any depth, and those of machines are explained', () => {
  const values = {
    allowed_sandbox_modes: ['read-only'],
    mine: { deep: 1 },
    windows: { require_mxc: true, colour: 'blue' },
    chatgpt_base_url: 'https://example.com',
    features: { anything: true },
  };
  expect(unknownKeys(requirementsShape, values).map(({ path }) => path.join('.'))).toEqual([
    'mine',
    'windows.colour',
    'chatgpt_base_url',
  ]);
  expect(unknownKeys(requirementsShape, values).at(-1)?.note).toContain('has no effect from here');
});

test.each([
  ['sandbox modes', 'allowed_sandbox_modes'],
  ['DENY_READ', 'permissions.filesystem.deny_read'],
  ['workspace-write', 'allowed_sandbox_modes'],
])('searching for %j finds %s', (search, name) => {
  expect(rows.filter((one) => matchesSearch(one, search)).map((one) => one.name)).toContain(name);
  expect(matchesSearch(row(name), `${search} zebra`)).toBe(false);
});

test.each([
  ['allow_managed_hooks_only', 'flag'],
  ['enforce_residency', 'choice'],
  ['log_dir', 'text'],
  ['additional_developer_instructions', 'long-text'],
  ['experimental_network.http_port', 'number'],
  ['allowed_approval_policies', 'word-list'],
  ['permissions.filesystem.deny_read', 'word-list'],
  ['experimental_network.domains', 'map'],
  ['mcp_servers', 'map'],
  ['remote_sandbox_config', 'table-list'],
  ['rules.prefix_rules', 'command-rules'],
  ['otel.exporter', 'toml'],
] as const)('%s is edited with a %s', (name, widget: Widget) => {
  expect(widgetOf(row(name).path, row(name).shape)).toBe(widget);
});

test('a value that does not fit its field is left to the text', () => {
  expect(fits('flag', 'yes')).toBe(false);
  expect(fits('word-list', 'read-only')).toBe(false);
  expect(fits('map', ['a'])).toBe(false);
  expect(fits('toml', ['a'])).toBe(true);
});

test('what is added has what the client asks for', () => {
  const shape = (path: string[]): Shape => shapeAt(requirementsShape, path) ?? {};
  expect(starterOf(shape(['mcp_servers', 'docs']))).toEqual({ identity: { command: '' } });
  expect(starterOf(shape(['features', 'x']))).toBe(true);
  expect(starterOf(shape(['experimental_network', 'domains', 'x']))).toBe('allow');
});

test('a diagnostic stands at its key, and at the list around it unless that shows its entries', () => {
  const at = { line: 1, column: 1 };
  const inside = {
    severity: 'error',
    code: 'x',
    message: 'x',
    keyPath: 'a.b[0].c',
    from: at,
    to: at,
    fix: null,
  } as const;
  expect(diagnosticsAt([inside], ['a', 'b'], { isExact: false })).toEqual([inside]);
  expect(diagnosticsAt([inside], ['a', 'b'], { isExact: true })).toEqual([]);
  expect(diagnosticsAt([inside], ['a', 'b', '0', 'c'], { isExact: true })).toEqual([inside]);
  expect(diagnosticsAt([inside], ['a', 'bb'], { isExact: false })).toEqual([]);
});
