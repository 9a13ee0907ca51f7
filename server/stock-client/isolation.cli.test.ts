import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScratchMachine, type ScratchMachine } from './scratch-machine.ts';

let data: string;
let etcKey: string;
let machine: ScratchMachine;
beforeAll(async () => {
  data = await mkdtemp('/var/tmp/reeve-data-');
  etcKey = `/etc/reeve-isolation-test-${process.pid}.key`;
  await mkdir(path.join(data, 'keys'));
  await writeFile(path.join(data, 'keys/master.key'), 'MASTER');
  await writeFile(etcKey, 'MASTER');
  machine = await openScratchMachine({
    version: '0.169.0',
    isolated: { hide: [data, etcKey], own: ['/var/log'] },
  });
});
afterAll(async () => {
  await machine.close();
  await rm(data, { recursive: true });
  await rm(etcKey);
});

test('the data folder, the keys and the processes of the server cannot be seen from inside', async () => {
  const files = [path.join(data, 'keys/master.key'), `/proc/${process.pid}/environ`, etcKey];
  const root = path.dirname(machine.files.home.path);
  const { stdout } = await machine.shell(
    `ls -A "$1"; shift; for file in "$@"; do cat "$file"; done; grep -rl MASTER "${root}/etc"; ls /proc | grep -c '^[0-9]'`,
    { args: [data, ...files] },
  );
  expect(stdout).not.toContain('MASTER');
  // A shell is the first process; with it this one, and the pipe.
  expect(Number(stdout)).toBeLessThanOrEqual(5);
});

test('a mount cannot be undone, and nothing outside the machine can be written', async () => {
  const { stdout, stderr } = await machine.shell(
    `umount "$1"; umount /etc; grep CapBnd /proc/self/status; unshare --user --map-root-user --mount -- echo made
     unshare --user --map-root-user --mount -- sh -c 'umount "$1"; ls -A "$1"; umount -l "$1"; ls -A "$1"' sh "$1"
     echo x > /var/tmp/reeve-isolation-escape; echo x > "$1/made"; echo kept > /var/log/reeve-isolation-own && cat /var/log/reeve-isolation-own`,
    { args: [data] },
  );
  expect(stdout).toBe('CapBnd:\t0000000080000000\nmade\nkept\n');
  expect(stderr).toContain('Read-only file system');
  for (const file of ['/var/tmp/reeve-isolation-escape', path.join(data, 'made'), '/var/log/reeve-isolation-own'])
    expect(existsSync(file)).toBe(false);
});

test('exit codes, input and limits are those of the program', async () => {
  expect(await machine.shell('cat; exit 7', { input: 'said' })).toMatchObject({ exitCode: 7, stdout: 'said' });
  const asked = new AbortController();
  const waiting = machine.shell('sleep 1000', { signal: asked.signal });
  asked.abort();
  expect((await waiting).exitCode).not.toBe(0);
  await expect(machine.shell('echo started; sleep 1000', { timeoutMs: 10_000 })).rejects.toThrow(/started/);
});

test('what a program leaves in the background ends with it', async () => {
  const name = `reeve-isolation-${process.pid}`;
  await machine.shell(`setsid env MARK=${name} sleep 1000 >/dev/null 2>&1 &`);
  expect((await machine.shell(`grep -la ${name} /proc/*/environ 2>/dev/null | wc -l`)).stdout.trim()).toBe('0');
});
