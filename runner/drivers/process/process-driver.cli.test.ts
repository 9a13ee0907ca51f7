import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureClient } from '#server/stock-client/install-client.ts';
import type { ContainerSpec, Driver } from '../driver.ts';
import { inside } from '../inside.ts';
import { openProcessDriver } from './process-driver.ts';
import { processesWithVariable } from './process-tree.ts';
import { startSandbox } from './start-sandbox.ts';

let folder: string;
let driver: Driver;
let codex: string;
let proxy: Server;
beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/reeve-runner-');
  const client = await ensureClient('0.169.0');
  codex = client.folder;
  driver = openProcessDriver({
    dataFolder: folder,
    owner: `test-${process.pid}`,
    bubblewraps: [join(codex, 'codex-resources/bwrap')],
  });
  await writeFile(join(folder, 'authority.pem'), 'AUTHORITY\n', { mode: 0o644 });
  await writeFile(join(folder, 'runner.secret'), 'SECRET', { mode: 0o600 });
  proxy = createServer((request, response) => response.end(`asked ${request.url}`));
  await new Promise<void>((resolve) => proxy.listen(join(folder, 'egress.sock'), resolve));
});
afterAll(async () => {
  proxy.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** memfd_create(2) has a number of its own on each architecture. */
const memfd = process.arch === 'x64' ? 319 : 279;

let count = 0;
async function specOf(script: string, more: Partial<ContainerSpec> = {}): Promise<ContainerSpec> {
  count += 1;
  const folders = { workspace: join(folder, `w${count}`), home: join(folder, `h${count}`) };
  for (const place of Object.values(folders)) {
    await mkdir(place);
    await chown(place, driver.owner.uid, driver.owner.gid);
  }
  return {
    name: `reeve-test-${count}`,
    attemptId: `a${count}`,
    image: '',
    runtime: 'process',
    command: ['/bin/bash', '-c', script],
    env: { TOKEN: 'at-secret' },
    workingFolder: inside.workspace,
    folders,
    readOnly: { codex, authority: join(folder, 'authority.pem') },
    limits: { cpus: 1, memoryMb: 512, processes: 64, diskMb: 64 },
    egressSocket: join(folder, 'egress.sock'),
    ...more,
  };
}

const start = async (script: string, more: Partial<ContainerSpec> = {}) => driver.start(await specOf(script, more));

async function run(script: string, more: Partial<ContainerSpec> = {}) {
  const container = await start(script, more);
  const [stdout, stderr, end] = await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
  return { stdout, stderr, ...end };
}

test('it says what it is and what it is not', async () => {
  const { engine, weaknesses } = await driver.describe();
  expect(engine).toContain('bubblewrap');
  expect(weaknesses.length).toBeGreaterThan(2);
});

test('a command runs as a user without any right, sees its own folders, and its end is told', async () => {
  const { stdout, exitCode, usage } = await run(
    'id -u; grep CapBnd /proc/self/status; pwd; echo "$HOME $TOKEN"; cat /opt/reeve/ca.pem /etc/ssl/certs/ca-certificates.crt; cat; exit 7',
    { input: 'from outside\n' },
  );
  expect(stdout).toBe(
    '1000\nCapBnd:\t0000000000000000\n/workspace\n/home/agent at-secret\nAUTHORITY\nAUTHORITY\nfrom outside\n',
  );
  expect(exitCode).toBe(7);
  expect(usage.cpuSeconds).toBeGreaterThanOrEqual(0);
});

test('the proxy is the only network there is', async () => {
  const { stdout } = await run(`
    curl -sS http://127.0.0.1:3128/hello; echo
    curl -sS --max-time 5 http://1.1.1.1/ 2>&1 | tail -1
    ls /sys/class/net 2>/dev/null; grep -c : /proc/net/dev`);
  const [answer, direct, interfaces] = stdout.trim().split('\n');
  expect(answer).toBe('asked /hello');
  expect(direct).toMatch(/Failed to connect|Couldn't connect|unreachable/i);
  expect(interfaces).toBe('1');
});

test('nothing of the machine can be read but its programs, and nothing written but two folders and memory', async () => {
  const { stdout } = await run(`
    for place in /etc/shadow /root ${folder}/runner.secret /proc/${process.pid}/environ /var/log /etc/hostname; do
      if cat "$place" >/dev/null 2>&1 || ls "$place" >/dev/null 2>&1; then echo "sees $place"; fi
    done
    for place in / /usr /etc /opt/codex /dev /opt/reeve /home; do touch "$place/x" 2>/dev/null && echo "writes $place"; done
    for place in /workspace /home/agent /tmp /dev/shm; do touch "$place/x" || echo "cannot write $place"; done
    tr '\\0' '\\n' < /proc/1/cmdline | grep -c "$TOKEN"`);
  expect(stdout.trim()).toBe('0');
});

test('no value becomes an option', async () => {
  for (const more of [
    { env: { TOKEN: 'x\0--ro-bind\0/\0/mnt/host\0--share-net' } },
    { workingFolder: '/workspace\0--share-net' },
    { command: ['/bin/true\0--share-net'] },
  ])
    await expect(start('true', more)).rejects.toThrow('zero byte');
});

test('limits end it: memory, processes, disk', async () => {
  const memory = await run(`perl -e '$x = "x" x 700_000_000; sleep 60'`);
  const processes = await run('bomb() { bomb | bomb & }; bomb; sleep 60');
  const disk = await run('for i in 1 2 3 4 5; do head -c 30M /dev/zero > "$i"; done; sleep 60');
  const manyFiles = await run('for i in 1 2 3; do head -c 60M /dev/zero > /tmp/$i; done');
  expect([memory.limit, processes.limit, disk.limit]).toEqual(['memory-limit', 'process-limit', 'disk-limit']);
  expect(manyFiles.stderr).toContain('No space left');
});

test.each([
  [
    'memory-limit',
    'memory file systems of its own',
    'mkdir /tmp/m; unshare -Urm sh -c "mount -t tmpfs t /tmp/m; for i in 1 2 3 4 5 6 7 8 9 10; do head -c 60M /dev/zero > /tmp/m/\\$i; done; sleep 60"',
  ],
  [
    'memory-limit',
    'files without a name',
    `perl -e 'for (1..10) { my $n = "x"; open(my $f, ">&=", syscall(${memfd}, $n, 0)); push @k, $f; print $f ("x" x 60000000); $f->flush } sleep 60'`,
  ],
  [
    'disk-limit',
    'files that were removed',
    'for i in 1 2 3; do exec {fd}>/workspace/x; rm /workspace/x; head -c 40M /dev/zero >&$fd; done; sleep 60',
  ],
])('%s: it counts %s', async (limit, _what, script) => {
  expect(await run(script)).toMatchObject({ limit });
});

test('one that never stands is given up once nobody wants it, and nothing of it stays', async () => {
  const stuck = join(folder, 'stuck-bwrap');
  await writeFile(stuck, '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 });
  const isRoot = process.getuid?.() === 0;
  const mark = { name: 'REEVE_CONTAINER_OF', value: `stuck-${process.pid}` };
  const unwanted = new AbortController();
  const options = { bubblewrap: stuck, etc: '/etc', owner: driver.owner, isRoot, mark, signal: unwanted.signal };
  const starting = startSandbox(await specOf('true'), options);
  const gone = expect(starting).rejects.toThrow('nobody wants it');
  await expect.poll(() => processesWithVariable(mark.name, mark.value).length).toBeGreaterThan(0);
  unwanted.abort(new Error('nobody wants it'));
  await gone;
  await expect.poll(() => processesWithVariable(mark.name, mark.value)).toEqual([]);
});

test('killing ends every process of it, those that hide as well', async () => {
  const container = await start('setsid sh -c "trap \\"\\" TERM HUP; echo hidden; exec sleep 1000" & sleep 1000');
  for await (const chunk of container.stdout) if (String(chunk).includes('hidden')) break;
  await container.kill();
  const { signal, exitCode, limit } = await container.ended;
  expect(signal ?? exitCode).not.toBe(0);
  expect(limit).toBeNull();
  expect(await driver.reap(`test-${process.pid}`)).toBe(0);
});

test('the client’s own sandbox works within', async () => {
  const { stdout } = await run(
    `export CODEX_HOME=$HOME/.codex; mkdir -p $CODEX_HOME
     /opt/codex/bin/codex sandbox -c 'sandbox_mode="read-only"' -- touch /workspace/no 2>/dev/null
     /opt/codex/bin/codex sandbox -c 'sandbox_mode="workspace-write"' -- touch /workspace/yes; ls /workspace`,
  );
  expect(stdout).toBe('yes\n');
});
