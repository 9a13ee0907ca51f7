import { expect, test } from 'vitest';
import type { BundleFile, TeamConfigFinding } from '#contract/team-config-files.ts';
import { checkTeamConfig } from './check-team-config.ts';

// Without the limits each of these takes minutes, or never ends.
const longest = 60_000;

const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

const check = (files: Readonly<Record<string, string>>, contents?: string): Record<string, number> => {
  const listed = Object.entries(files).map(
    ([path, content]): BundleFile => ({ path, content, encoding: 'utf8', executable: false }),
  );
  const options = contents === undefined ? {} : { policy: { name: 'P', contents } };
  const { findings } = checkTeamConfig(listed, options);
  return Object.fromEntries(
    [...Map.groupBy(findings, ({ code }: TeamConfigFinding) => code)].map(([code, same]) => [code, same.length]),
  );
};

test.each([
  [
    'blanks in a value',
    `description: a: b${' '.repeat(256 * 1024)}y`,
    { 'skill-yaml-repaired': 1, 'skill-no-name': 1 },
  ],
  [
    'marks of remarks in a value',
    `description: a: b${' x#'.repeat(80 * 1024)} # y`,
    { 'skill-yaml-repaired': 1, 'skill-no-name': 1 },
  ],
  ['blanks before a colon', `- a${' '.repeat(256 * 1024)}: b: c`, { 'skill-bad-yaml': 1 }],
])('front matter with many %s', { timeout: longest }, (_name, line, told) =>
  expect(check({ '.codex/skills/a/SKILL.md': `---\n${line}\n---\n` })).toMatchObject(told),
);

test('rules that are too many to compare are said to be', { timeout: longest }, () => {
  const rules = many(6000, (index) => `prefix_rule(pattern=["w${index}"])\n`);
  expect(check({ '.codex/rules/a.rules': rules })).toEqual({ 'too-many-rules': 1 });
  const nested = { '.codex/rules/a.rules': many(900, (index) => `prefix_rule(pattern=["w${index}"])\n`) };
  const folders = Array.from({ length: 3 }, (_, index) => [
    `a${index}/.codex/rules/a.rules`,
    'prefix_rule(pattern=["x"])\n',
  ]);
  const told = check({ ...nested, ...Object.fromEntries(folders) });
  expect(told['too-many-rules']).toBeGreaterThan(0);
});

test('a pattern with more commands than there are atoms ends', { timeout: longest }, () => {
  const pattern = many(40, () => '["a", "b", "c", "d"], ');
  const policy = '[rules]\nprefix_rules = [{ pattern = [{ token = "a" }], decision = "forbidden" }]';
  expect(check({ '.codex/rules/a.rules': `prefix_rule(pattern=[${pattern}])\n` }, policy)).toEqual({
    'policy-stricter-rule': 1,
  });
});

test('hooks nested deeper than clients read are refused and not followed', () => {
  const nested = (depth: number) =>
    `{"description": "[{", "hooks": {"Stop": ${'['.repeat(depth)}${']'.repeat(depth)}}}`;
  expect(check({ '.codex/hooks.json': nested(30_000) })).toEqual({ 'hooks-unreadable': 1 });
  expect(check({ '.codex/hooks.json': `${'[{"a":'.repeat(3000)}` })).toEqual({ 'hooks-unreadable': 1 });
  expect(check({ '.codex/hooks.json': nested(1) })).toEqual({});
});

test('of each severity a thousand are told, and that there are more', { timeout: longest }, () => {
  const text = `---\nname: a\ndescription: b\n---\n${many(8000, (index) => `scripts/r${index}.sh\n`)}`;
  const keys = many(8000, (index) => `unknown_key_${index} = 1\n`);
  expect(check({ '.codex/skills/a/SKILL.md': text })).toEqual({
    'skill-missing-reference': 1000,
    'too-many-findings': 1,
  });
  // An error is told however many warnings stand before it, because it keeps a draft from being published.
  expect(check({ '.codex/config.toml': `${keys}[tools]\nweb_search = "on"\n` })).toEqual({
    'unknown-key': 1000,
    'too-many-findings': 1,
    malformed: 1,
  });
});
