import { expect, test } from 'vitest';
import { changesBetween, folderTree, pathProblem, sizeOf, textFile, withFile, withPath } from './working-files.ts';

const files = [textFile('.codex/config.toml', 'model = "a"\n'), textFile('.codex/skills/review/SKILL.md')];

test('files are compared by path, content and mode', () => {
  const after = withFile(
    withPath(files, '.codex/skills/review/SKILL.md', '.codex/skills/look/SKILL.md'),
    textFile('.codex/config.toml', 'model = "b"\n'),
  );
  expect(changesBetween(files, after).map(({ path, kind }) => [kind, path])).toEqual([
    ['changed', '.codex/config.toml'],
    ['added', '.codex/skills/look/SKILL.md'],
    ['removed', '.codex/skills/review/SKILL.md'],
  ]);
  const [config] = files;
  if (!config) throw new Error('there is a first file');
  expect(changesBetween([config], [{ ...config, executable: true }])).toHaveLength(1);
  expect(changesBetween(files, files)).toEqual([]);
});

test.each([
  ['', /^Say where/],
  ['/etc/passwd', /relative/],
  ['a\\b', /relative/],
  ['a/../b', /“\.\.”/],
  ['a//b', /empty/],
  ['src/index.ts', /nothing else/],
  ['.codex/a:b', /not every system/],
  ['.codex/reeve-bundles/x.json', /which version/],
  ['.codex/config.toml', /already/],
  ['.codex/skills', /is the folder of/],
  ['.codex/config.toml/more', /is a file/],
])('a path %j is refused in words', (path, reason) => {
  expect(pathProblem(files, path)).toMatch(reason);
});

test('a path that nothing has is free', () => {
  expect(pathProblem(files, '.codex/rules/default.rules')).toBeNull();
});

test('folders that hold one folder only are written as one', () => {
  const tree = folderTree([...files, textFile('AGENTS.md')]);
  expect(tree.files.map(({ path }) => path)).toEqual(['AGENTS.md']);
  expect(tree.folders.map(({ name }) => name)).toEqual(['.codex']);
  expect(tree.folders[0]?.folders.map(({ name }) => name)).toEqual(['skills/review']);
});

test('sizes are bytes', () => {
  expect(sizeOf(textFile('a', 'ü'))).toBe(2);
  expect(sizeOf({ ...textFile('a', btoa('four')), encoding: 'base64' })).toBe(4);
});
