import { expect, test } from 'vitest';
import { blankStart, nameOfFile, startFrom } from './start.ts';

const template = { from: 'reviewers', name: 'Reviewers', contents: 'a = 1\n', defaults: '' };

test('a template names the policy until somebody else does', () => {
  expect(startFrom(blankStart, template)).toEqual({ ...blankStart, ...template });
  const named = { ...blankStart, name: 'Ours', isOwnName: true };
  expect(startFrom(named, template)).toMatchObject({ name: 'Ours', from: 'reviewers', contents: 'a = 1\n' });
});

test('notes belong to what was imported last', () => {
  const imported = startFrom(blankStart, { ...template, notes: ['Left out: x'] });
  expect(startFrom(imported, template).notes).toEqual([]);
});

test.each([
  ['platform-team.toml', 'Platform team'],
  ['C:\\policies\\red_team.toml', 'Red team'],
  ['requirements.toml', ''],
  ['managed_config.toml', ''],
  ['', ''],
])('%s is called %j', (fileName, name) => {
  expect(nameOfFile(fileName)).toBe(name);
});
