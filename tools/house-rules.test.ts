import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Tracked and new files, so that a rule speaks before the commit, not after it. */
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.ts', '*.tsx', '*.mjs'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  // Generated from a schema.
  .filter((file) => file !== '' && !file.endsWith('_pb.ts'));

const isTest = (file: string) => /\.(test|e2e)\.tsx?$/.test(file) || /^(e2e|testing|bench)\//.test(file);
const linesOf = (file: string) => {
  try {
    return readFileSync(join(root, file), 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
};
const text = (file: string) => {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return '';
  }
};
const quantile = (sorted: readonly number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;

test('no file is longer than 300 lines, no test longer than 500', () => {
  const long = files
    .map((file) => ({ file, lines: linesOf(file) }))
    .filter(({ file, lines }) => lines > (isTest(file) ? 500 : 300));
  expect(long).toEqual([]);
});

test('half of the files are short, nine of ten fit three screens', () => {
  const sizes = files
    .filter((file) => !isTest(file))
    .map(linesOf)
    .sort((a, b) => a - b);
  expect(quantile(sizes, 0.5)).toBeLessThanOrEqual(80);
  expect(quantile(sizes, 0.9)).toBeLessThanOrEqual(200);
});

test('names say what is inside', () => {
  const vague =
    /^(utils?|helpers?|common|shared|misc|lib|core|types|base)(\.tsx?)?$|(manager|service|handler|impl)\.tsx?$/i;
  expect(files.filter((file) => file.split('/').some((part) => vague.test(part)))).toEqual([]);
});

test('no test is skipped or focused, no type is silenced', () => {
  const self = basename(import.meta.filename);
  const loose =
    /\b(it|test|describe)\.(skip|todo|only)\b|@ts-ignore|@ts-expect-error|@ts-nocheck|\bas any\b|biome-ignore-all/;
  expect(files.filter((file) => basename(file) !== self && loose.test(text(file)))).toEqual([]);
});

test('features re-export one by one and the environment is read in one place', () => {
  const starred = files.filter((file) => /^export \* from/m.test(text(file)));
  const environmentReaders = files.filter(
    (file) => file.startsWith('server/') && !isTest(file) && /process\.env\b/.test(text(file)),
  );
  expect(starred).toEqual([]);
  expect(environmentReaders).toEqual(['server/config.ts']);
});
