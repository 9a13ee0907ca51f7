import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInstallation } from './installation.ts';

test('a runner keeps its name in the cluster, and no other has it', async () => {
  const [one, two] = [await mkdtemp(join(tmpdir(), 'reeve-one-')), await mkdtemp(join(tmpdir(), 'reeve-two-'))];
  const name = await readInstallation(one);
  expect(name).toMatch(/^[0-9a-f]{16}$/);
  expect(await readInstallation(one)).toBe(name);
  expect(await readInstallation(two)).not.toBe(name);
  // A label of Kubernetes has 63 characters at most, and not all of them.
  await writeFile(join(one, 'kubernetes-installation'), 'no name\n');
  expect(await readInstallation(one)).toMatch(/^[0-9a-f]{16}$/);
  for (const folder of [one, two]) await rm(folder, { recursive: true });
});
