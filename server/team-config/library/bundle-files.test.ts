import { describe, expect, test } from 'vitest';
import { type BundleFile, bundleLimits } from '#contract/team-config-files.ts';
import { isReeveError } from '#server/fail.ts';
import { problemOfPath, requireBundleFiles } from './bundle-files.ts';
import { sumOf } from './file-bytes.ts';

const file = (path: string, content = '', more: Partial<BundleFile> = {}): BundleFile => ({
  path,
  content,
  encoding: 'utf8',
  executable: false,
  ...more,
});
const issuesOf = (files: BundleFile[]): string[] => {
  try {
    requireBundleFiles(files);
    return [];
  } catch (error) {
    if (!isReeveError(error)) throw error;
    return (error.details.issues as { message: string }[]).map(({ message }) => message);
  }
};

describe('where a file may lie', () => {
  test.each([
    'AGENTS.md',
    '.codex/config.toml',
    '.codex/rules/default.rules',
    '.agents/skills/review/SKILL.md',
    '.agents/skills/review/LICENSE',
    '.agents/skills/größe/README.md',
    '.agents/skills/a b/scripts/run.sh',
  ])('%s', (path) => expect(problemOfPath(path)).toBeNull());

  test.each([
    '/etc/passwd',
    '../AGENTS.md',
    '.codex/../../x',
    '.codex/./config.toml',
    '.codex//config.toml',
    '.codex/',
    '.codex',
    '.agents',
    'src/main.ts',
    'README.md',
    'agents.md',
    '.Codex/config.toml',
    '.codex\\config.toml',
    'C:/AGENTS.md',
    '.codex/a\u0000b',
    '.codex/a\nb',
    '.codex/a\u202eb',
    '.codex/a:b',
    '.git/hooks/pre-commit',
    '.codex/.git/config',
    '.codex/.GIT/config',
    '.codex/git~1/config',
    '.codex/con',
    '.codex/NUL.txt',
    '.codex/end.',
    '.codex/end ',
    `.codex/${'x'.repeat(256)}`,
    `.codex/${'é'.normalize('NFD')}`,
    '.codex/reeve-bundles/backend.json',
    '.codex/Reeve-Bundles/backend.json',
  ])('not %j', (path) => expect(problemOfPath(path)).not.toBeNull());
});

test('no two files are at one place on any system', () => {
  expect(issuesOf([file('.codex/a'), file('.codex/a')])).toHaveLength(1);
  expect(issuesOf([file('.codex/a'), file('.codex/A')])).toHaveLength(1);
  expect(issuesOf([file('.codex/ä'), file('.codex/Ä')])).toHaveLength(1);
  expect(issuesOf([file('.codex/x'), file('.codex/x/y')])).toHaveLength(1);
  expect(issuesOf([file('.codex/x/y'), file('.codex/X')])).toHaveLength(1);
  expect(issuesOf([file('.codex/One/a'), file('.codex/one/b')])).toHaveLength(1);
  expect(issuesOf([file('.codex/one/a'), file('.codex/one/b')])).toEqual([]);
});

test('limits hold for files, for bytes and for base64', () => {
  const big = 'x'.repeat(bundleLimits.fileBytes);
  expect(issuesOf([file('.codex/a', big)])).toEqual([]);
  expect(issuesOf([file('.codex/a', `${big}x`)])).toEqual(['“.codex/a” is larger than 256 KiB.']);
  expect(issuesOf([file('.codex/a', 'ä'.repeat(bundleLimits.fileBytes / 2 + 1))])).toHaveLength(1);
  const many = Array.from({ length: 9 }, (_, index) => file(`.codex/${index}`, big));
  expect(issuesOf(many)).toEqual(['A bundle has at most 2 MiB.']);
  expect(issuesOf(Array.from({ length: 301 }, (_, index) => file(`.codex/${index}`)))).toHaveLength(1);
  expect(issuesOf([file('.codex/a', 'not base64!', { encoding: 'base64' })])).toEqual([
    '“.codex/a” is not valid base64.',
  ]);
});

test('the sum is over path, bytes and mode, whatever the order and the encoding', () => {
  const text = [file('.codex/b', 'two'), file('.codex/a', 'one')];
  const base64 = [
    file('.codex/a', Buffer.from('one').toString('base64'), { encoding: 'base64' }),
    file('.codex/b', Buffer.from('two').toString('base64'), { encoding: 'base64' }),
  ];
  expect(sumOf(text)).toBe(sumOf(base64));
  // Written down, because markers in repositories carry it: another one would make every repository “modified”.
  expect(sumOf(text)).toBe('fbf16cf484b054afd42f1061fce0c8f331163e97934da11ba7d66a238301e3c7');
  expect(sumOf([file('.codex/b', 'two', { executable: true }), file('.codex/a', 'one')])).not.toBe(sumOf(text));
  expect(sumOf([file('.codex/b', 'two')])).not.toBe(sumOf(text));
});
