import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listDataFiles } from './data-files.ts';

test('what is made again, and what belongs to the runner of this server, is not in a backup', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const path of [
    'team-config-git/bnd_1/v1-0.git/HEAD',
    'db/PG_VERSION',
    'runner/runner.json',
    'runner/caches/abc/home/.netrc',
    'keys/master.key',
    'blobs/a/b',
    'other.txt',
  ]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), 'x');
  }
  expect(await listDataFiles(folder, { withKeys: false })).toEqual(['blobs/a/b', 'other.txt']);
  expect(await listDataFiles(folder, { withKeys: true })).toEqual(['blobs/a/b', 'keys/master.key', 'other.txt']);
});
