import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicySet } from '#contract/policy-set.ts';
import { diffFolder } from './compare-folder.ts';
import { writeAnnotation } from './folder-problem.ts';
import { loadFolder } from './load-folder.ts';
import { parseFolder } from './parse-folder.ts';
import { saveFolder } from './save-folder.ts';
import { folderFiles } from './write-folder.ts';

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'reeve-folder-'));
});
afterAll(() => rm(parent, { recursive: true, force: true }));

// What the API lets through: nothing that cannot be stored, names without blanks around them.
const text = (maxLength: number) =>
  fc.string({ unit: 'binary', maxLength }).filter((value) => value.isWellFormed() && !value.includes('\0'));
const name = text(40).filter((value) => value.trim() === value && value !== '');
const setTest = fc.oneof(
  fc.record({
    kind: fc.constant('command' as const),
    group: fc.option(name),
    command: name,
    expect: fc.constantFrom('prompt' as const, 'forbidden' as const, 'no-rule' as const),
  }),
  fc.record({
    kind: fc.constant('setting' as const),
    group: fc.option(name),
    key: name,
    expect: fc.constantFrom('is' as const, 'contains' as const, 'lacks' as const),
    value: text(60),
  }),
);
const lower = (value: string) => value.toLowerCase();
const policySet: fc.Arbitrary<PolicySet> = fc
  .record({
    policies: fc.uniqueArray(
      fc.record({
        name,
        contents: text(200),
        defaults: text(80),
        tests: fc.array(setTest, { maxLength: 4 }),
        contact: text(40).map((value) => value.trim()),
        explainsRules: fc.boolean(),
      }),
      { selector: (policy) => lower(policy.name), minLength: 1, maxLength: 6 },
    ),
    groups: fc.uniqueArray(name, { selector: lower, maxLength: 8 }),
    picks: fc.infiniteStream(fc.nat()),
    hasFallback: fc.boolean(),
    hasBaseline: fc.boolean(),
  })
  .map(({ policies, groups, picks, hasFallback, hasBaseline }) => {
    const pick = () => policies[picks.next().value % policies.length]?.name ?? '';
    const order = groups.map((group) => ({ group, policy: pick() }));
    return {
      policies,
      assignment: { order, fallback: hasFallback ? pick() : null, baseline: hasBaseline ? pick() : null },
    };
  });

const byName = ({ policies, assignment }: PolicySet) => ({
  policies: new Map(policies.map((policy) => [policy.name, policy])),
  assignment,
});

test('any set is written and read again to the byte, and is not different from itself', () => {
  fc.assert(
    fc.property(policySet, (set) => {
      const read = parseFolder(folderFiles(set));
      expect(read.problems).toEqual([]);
      expect(byName(read.set ?? set)).toEqual(byName(set));
      expect(diffFolder(set, read.set ?? set, read.slugs)).toBe('');
    }),
    { numRuns: 300, seed: 20_261_126 },
  );
});

const policy = (name: string, contents = ''): PolicySet['policies'][number] => ({
  name,
  contents,
  defaults: '',
  tests: [],
  contact: '',
  explainsRules: false,
});
const nobody = { order: [], fallback: null, baseline: null };
const lines = (...all: string[]) => `${all.join('\n')}\n`;

describe('what a folder says wrong is named at its place', () => {
  const problemsIn = (files: Record<string, string>) =>
    parseFolder(new Map(Object.entries(files))).problems.map(
      ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
    );
  const start = ['policies:', '  a: { name: A }'];
  const end = ['order: []', 'fallback: null'];

  test.each([
    ['no assignment', {}, ['assignment.yaml:1:1 This file is missing: it names the policies and their order.']],
    [
      'a key twice and a broken list',
      { 'assignment.yaml': lines('policies:', '  a: { name: A }', '  a: { name: B }', 'order: [') },
      [expect.stringMatching(/^assignment.yaml:3:3 .*unique/), expect.stringMatching(/^assignment.yaml:5:1 /)],
    ],
    [
      'unknown keys, a number for a name, a bad file name',
      {
        'assignment.yaml': lines('policies:', '  a: { name: 1, owner: me }', '  B: { name: B }', ...end, 'extra: 1'),
        'a.toml': '',
      },
      [
        'assignment.yaml:2:14 The name is missing or is not text; put it in quotes.',
        'assignment.yaml:2:17 Unknown key “owner”.',
        'assignment.yaml:3:3 A file name has small letters, digits and hyphens, 80 at most.',
        'assignment.yaml:6:1 Unknown key “extra”.',
      ],
    ],
    [
      'a missing fallback',
      { 'assignment.yaml': lines(...start, 'order: []'), 'a.toml': '' },
      ['assignment.yaml:1:1 fallback: is missing. Name a policy for everybody no rule fits, or write null for none.'],
    ],
    [
      'files that are missing, and files of nobody',
      { 'assignment.yaml': lines(...start, ...end), 'b.config.toml': '', 'notes.yml': '' },
      [
        'assignment.yaml:2:6 There is no a.toml beside this file.',
        'b.config.toml:1:1 “b” is not under policies: in assignment.yaml, so nobody would get this file.',
        'notes.yml:1:1 This is no file of a policy folder. Rename it or take it out.',
      ],
    ],
    [
      'a group twice, policies that are not there, names twice',
      {
        'assignment.yaml': lines(
          'policies:',
          '  a: { name: A }',
          '  b: { name: a }',
          'order:',
          '  - { group: One, policy: a }',
          '  - { group: one, policy: c }',
          'fallback: d',
        ),
        'a.toml': '',
        'b.toml': '',
      },
      [
        'assignment.yaml:3:14 Two policies are called “a”.',
        'assignment.yaml:6:14 “one” stands in the order already; only its first place would count.',
        'assignment.yaml:6:27 “c” is not under policies:.',
        'assignment.yaml:7:11 “d” is not under policies:.',
      ],
    ],
    [
      'tests that say nothing definite',
      {
        'assignment.yaml': lines(...start, ...end),
        'a.toml': '',
        'a.tests.yaml': lines(
          '- command: ls',
          '  expect: maybe',
          '  why: none',
          '- { setting: a, is: "1", lacks: "2" }',
          '- { setting: a, is: true }',
          '- { group: g }',
        ),
      },
      [
        'a.tests.yaml:2:11 expect: is prompt, forbidden or no-rule.',
        'a.tests.yaml:3:3 Unknown key “why”.',
        'a.tests.yaml:4:3 A setting is compared with one of is:, contains: and lacks:.',
        expect.stringMatching(/^a.tests.yaml:5:21 A TOML value as text/),
        'a.tests.yaml:6:3 A test has a command: or a setting: to look at.',
      ],
    ],
  ])('%s', (_what, files, problems) => {
    expect(problemsIn(files as Record<string, string>)).toEqual(problems);
  });

  test('and as a check of GitHub shows it', () => {
    const problem = { file: 'a,b.toml', line: 3, column: 5, severity: 'error', message: '100%\nof it' } as const;
    expect(writeAnnotation(problem)).toBe('::error file=a%2Cb.toml,line=3,col=5::100%25%0Aof it');
  });
});

describe('on a disk', () => {
  test('a new folder appears whole; a folder with something in it is replaced only when told to', async () => {
    const folder = join(parent, 'new');
    const first = folderFiles({ policies: [policy('A', '\uFEFFx = 1\r\n'), policy('B')], assignment: nobody });
    await saveFolder(folder, first, { overwrites: false });
    expect((await readdir(folder)).sort()).toEqual(['a.toml', 'assignment.yaml', 'b.toml']);
    expect(await readFile(join(folder, 'a.toml'), 'utf8')).toBe('\uFEFFx = 1\r\n');
    expect((await loadFolder(folder)).set?.policies[0]?.contents).toBe('\uFEFFx = 1\r\n');
    await writeFile(join(folder, 'README.md'), 'Ours');
    const second = folderFiles({ policies: [policy('A', 'x = 2\n')], assignment: nobody });
    await expect(saveFolder(folder, second, { overwrites: false })).rejects.toThrow('--force');
    expect(await readFile(join(folder, 'b.toml'), 'utf8')).toBe('');
    await saveFolder(folder, second, { overwrites: true });
    expect((await readdir(folder)).sort()).toEqual(['README.md', 'a.toml', 'assignment.yaml']);
    expect((await readdir(parent)).filter((entry) => entry.startsWith('.'))).toEqual([]);
  });

  test('other people’s TOML is not replaced, and bytes that are no text are refused', async () => {
    const folder = await mkdtemp(join(parent, 'other-'));
    await writeFile(join(folder, 'Cargo.toml'), '[package]\n');
    await expect(saveFolder(folder, new Map(), { overwrites: true })).rejects.toThrow('not a policy folder');
    await saveFolder(join(folder, 'x'), folderFiles({ policies: [policy('A')], assignment: nobody }), {
      overwrites: false,
    });
    await writeFile(join(folder, 'x', 'a.toml'), Buffer.from([0xff, 0xfe]));
    const { set, problems } = await loadFolder(join(folder, 'x'));
    expect({ set, problems }).toMatchObject({ set: null, problems: [{ file: join(folder, 'x', 'a.toml') }] });
  });

  test('names keep their files when a folder is written again', () => {
    const set = { policies: [policy('Élan vital'), policy('elan-vital'), policy('Renamed')], assignment: nobody };
    expect([...folderFiles(set).keys()]).toEqual([
      'assignment.yaml',
      'elan-vital.toml',
      'elan-vital-2.toml',
      'renamed.toml',
    ]);
    const kept = folderFiles(set, {
      slugs: new Map([
        ['renamed', 'base'],
        ['Élan vital', 'elan'],
      ]),
    });
    expect([...kept.keys()]).toEqual(['assignment.yaml', 'elan.toml', 'elan-vital.toml', 'base.toml']);
  });
});
