import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { checkTeamConfig } from '../check/check-team-config.ts';
import { requireBundleFiles } from '../library/bundle-files.ts';
import { readStarters, requireStarter } from './read-starters.ts';

const starters = readStarters();

test('there is one per language, and one for any', () => {
  expect(starters.map(({ id }) => id)).toEqual(['any', 'typescript', 'python', 'go', 'rust', 'jvm']);
  expect(() => requireStarter('cobol')).toThrow('nothing here');
});

test.each(starters)('$name is a bundle with a config, rules, skills and instructions', ({ files }) => {
  expect(requireBundleFiles(files)).toEqual(files);
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['.codex/config.toml', '.codex/rules/default.rules', 'AGENTS.md']));
  expect(paths.filter((path) => path.endsWith('/SKILL.md')).length).toBeGreaterThan(0);
  for (const { path, content, executable } of files)
    expect([path, executable]).toEqual([path, content.startsWith('#!')]);
});

test.each(starters)('$name passes the check', ({ files }) => {
  const { findings, skills } = checkTeamConfig(files);
  // What every rule with a subcommand gets: it compares the first words. The rules file says so itself.
  expect(findings.filter(({ code }) => code !== 'rule-walked-around')).toEqual([]);
  expect(skills.filter(({ loads, problems }) => !loads || problems.length > 0)).toEqual([]);
});

test('the scripts can be read by what runs them', () => {
  const scripts = starters.flatMap(({ files }) => files.filter(({ executable }) => executable));
  for (const { path, content } of scripts) {
    if (content.startsWith('#!/bin/sh')) execFileSync('sh', ['-n'], { input: content });
    else if (path.endsWith('.mjs'))
      execFileSync(process.execPath, ['--check', '--input-type=module', '-'], { input: content });
    else expect(content).toMatch(/^#!\/usr\/bin\/env python3\n/);
  }
});
