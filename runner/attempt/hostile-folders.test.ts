import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderBytes } from '../drivers/process/watch-limits.ts';
import { removeFolder } from './attempt-folders.ts';

// Each `mkdir` and `cd` is relative: the shell is 6000 bytes deep, where no path leads.
const goDeep =
  'n=$(printf "x%.0s" $(seq 200)); for i in $(seq 30); do mkdir $n; cd $n; done; head -c 5M /dev/zero > big';

test('what lies deeper than a path can say counts as too much, and can be removed', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'reeve-deep-')), 'workspace');
  execFileSync('bash', ['-c', `mkdir ${folder}; cd ${folder}; ${goDeep}`]);
  expect(await folderBytes(folder, 1024 * 1024)).toBeGreaterThanOrEqual(1024 * 1024);
  await removeFolder(folder);
  expect(existsSync(folder)).toBe(false);
  await rm(join(folder, '..'), { recursive: true });
});

test('what has a name that is not UTF-8 takes room as well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-odd-'));
  execFileSync('bash', [
    '-c',
    `cd ${folder}; d=$(printf 'caf\\351'); mkdir "$d"; head -c 3M /dev/zero | tee "$d/in" > "$d.txt"`,
  ]);
  expect(await folderBytes(folder)).toBeGreaterThanOrEqual(6 * 1024 * 1024);
  await removeFolder(folder);
});
