import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createNetServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureClient } from '#server/stock-client/install-client.ts';
import { type ContainerEngine, startAskedEngine, startContainerEngine } from '#testing/container-engine.ts';
import type { ContainerSpec, Driver } from '../driver.ts';
import { inside } from '../inside.ts';
import { ownerLabel } from './container-options.ts';
import { openDockerDriver } from './docker-driver.ts';

interface Leg {
  name: string;
  engine: ContainerEngine | null;
  runtime: 'runc' | 'runsc';
  says: RegExp;
}

const legs: Leg[] = [
  { name: 'Docker', engine: await startContainerEngine(), runtime: 'runc', says: /^Docker \d/ },
  { name: 'gVisor', engine: await startAskedEngine('runsc', 'REEVE_TEST_RUNSC'), runtime: 'runsc', says: /^Docker \d/ },
  {
    name: 'Podman',
    engine: await startAskedEngine('podman', 'REEVE_TEST_PODMAN'),
    runtime: 'runc',
    says: /^Podman \d/,
  },
];
const owner = `test-${process.pid}`;
const uid = 2_000_000_123;
const options = { signal: new AbortController().signal, log: () => undefined };

/**
 * An engine that can stop to answer: what is sent to it afterwards is lost, and so is what it says. Or it can be slow: what it says
 * from the first such request on comes when it is let go.
 */
async function openDeafFront(engineSocket: string, socketPath: string) {
  let isDeaf = false;
  let slowFrom: RegExp | null = null;
  let held: (() => void)[] | null = null;
  const pairs = new Set<Socket>();
  const server = createNetServer((client) => {
    const to = connect(engineSocket);
    for (const [from, into] of [
      [client, to],
      [to, client],
    ] as const) {
      pairs.add(from);
      from.on('data', (bytes) => {
        if (from === client && slowFrom?.test(bytes.toString('latin1'))) held ??= [];
        if (from === to && held !== null) return void held.push(() => into.write(bytes));
        if (!isDeaf) into.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        if (!isDeaf) into.end();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    goDeaf: () => {
      isDeaf = true;
    },
    slowFrom: (request: RegExp) => {
      slowFrom = request;
    },
    letGo: () => {
      const all = held ?? [];
      [slowFrom, held] = [null, null];
      for (const say of all) say();
    },
    close: () => {
      server.close();
      for (const socket of pairs) socket.destroy();
    },
  };
}

describe.each(legs)('containers of $name', ({ name: leg, engine, runtime, says }) => {
  const isPodman = leg === 'Podman';
  const check = test.runIf(engine !== null);
  // It filters its programs' calls itself, and its own network is not the machine's.
  const isGvisor = runtime === 'runsc';
  let [folder, image]: [string, string] = ['', ''];
  let driver: Driver;
  let proxy: Server;
  beforeAll(async () => {
    if (engine === null) return;
    folder = await mkdtemp('/var/tmp/reeve-docker-');
    driver = openDockerDriver({
      socketPath: engine?.socketPath ?? '',
      owner,
      defaultImage: engine?.image ?? null,
      dataFolder: folder,
      uid,
    });
    image = await driver.prepareImage({ kind: 'default' }, options);
    await writeFile(join(folder, 'authority.pem'), 'AUTHORITY\n', { mode: 0o644 });
    proxy = createServer((request, response) => response.end(`asked ${request.url}`));
    await new Promise<void>((resolve) => proxy.listen(join(folder, 'egress.sock'), resolve));
  });
  afterAll(async () => {
    proxy?.close();
    await engine?.stop();
    if (folder !== '') await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  let count = 0;
  async function specOf(script: string, more: Partial<ContainerSpec> = {}): Promise<ContainerSpec> {
    count += 1;
    const folders = { workspace: join(folder, `w${count}`), home: join(folder, `h${count}`) };
    for (const place of Object.values(folders)) {
      await mkdir(place);
      await chown(place, driver.owner.uid, driver.owner.gid);
    }
    return {
      name: `reeve-test-${process.pid}-${count}`,
      attemptId: `a${count}`,
      image,
      runtime,
      command: ['/bin/bash', '-c', script],
      env: { TOKEN: 'at-secret' },
      workingFolder: inside.workspace,
      folders,
      readOnly: { codex: null, authority: join(folder, 'authority.pem') },
      limits: { cpus: 1, memoryMb: 256, processes: 64, diskMb: 64 },
      egressSocket: join(folder, 'egress.sock'),
      ...more,
    };
  }

  const start = async (script: string, more: Partial<ContainerSpec> = {}, by = driver, signal?: AbortSignal) =>
    by.start(await specOf(script, more), signal);

  async function run(script: string, more: Partial<ContainerSpec> = {}) {
    const container = await start(script, more);
    const [stdout, stderr, end] = await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
    await container.remove();
    return { stdout, stderr, ...end };
  }

  check('the engine says what it is', async () => {
    const { engine: name, runtimes, weaknesses } = await driver.describe();
    expect(name).toMatch(says);
    expect(runtimes).toContain(runtime);
    expect(weaknesses.join(' ')).not.toMatch(/cannot limit|seccomp/);
  });

  check('a command runs without any right, is given its input, and its end is told', async () => {
    const { stdout, stderr, exitCode, usage } = await run(
      'id -un; id -u; grep -E "CapBnd|NoNewPrivs|Seccomp:" /proc/self/status; pwd; echo "$HOME $TOKEN"; cat /opt/reeve/ca.pem; cat; echo no >&2; exit 7',
      { input: 'from outside\n' },
    );
    expect(stdout).toBe(
      `agent\n2000000123\nCapBnd:\t0000000000000000\n${isGvisor ? 'Seccomp:\t0' : 'NoNewPrivs:\t1\nSeccomp:\t2'}\n/workspace\n/home/agent at-secret\nAUTHORITY\nfrom outside\n`,
    );
    expect(stderr).toBe('no\n');
    expect(exitCode).toBe(7);
    expect(usage.cpuSeconds).toBeGreaterThanOrEqual(0);
  });

  check('the proxy is there before the command, and the only network', async () => {
    const { stdout } = await run(`
      curl -sS http://127.0.0.1:3128/hello; echo
      curl -sS --max-time 5 http://1.1.1.1/ 2>&1 | tail -1
      grep -c : /proc/net/dev`);
    const [answer, direct, interfaces] = stdout.trim().split('\n');
    expect(answer).toBe('asked /hello');
    expect(direct).toMatch(/Failed to connect|Couldn't connect|unreachable/i);
    expect(Number(interfaces)).toBeGreaterThan(0);
  });

  check('each limit ends it with its own word', async () => {
    const memory = await run('head -c 700M /dev/zero | tail >/dev/null');
    const processes = await run('bomb() { bomb | bomb & }; while :; do bomb 2>/dev/null; sleep 0.1; done');
    const disk = await run('for i in 1 2 3 4 5; do head -c 30M /dev/zero > "$i"; done; sleep 60');
    expect([memory.limit, disk.limit]).toEqual(['memory-limit', 'disk-limit']);
    // A process in gVisor is none of the machine's: there the bomb ends gVisor, which says nothing of why.
    if (isGvisor) expect(processes.exitCode, JSON.stringify(processes)).not.toBe(0);
    else expect(processes.limit).toBe('process-limit');
  });

  check('a file that no folder shows is counted', async () => {
    const end = await run('exec 7>hidden; rm hidden; for i in 1 2 3; do head -c 30M /dev/zero >&7; done; sleep 60');
    expect(end.limit).toBe('disk-limit');
  });

  check('output without end waits for its reader', async () => {
    const container = await start('yes | head -c 200M');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(container.stdout.readableLength).toBeLessThan(1_000_000);
    let bytes = 0;
    for await (const chunk of container.stdout) bytes += chunk.length;
    expect(bytes).toBe(200 * 1024 * 1024);
    await container.remove();
  });

  check('killing ends every process of it', async () => {
    const container = await start('setsid sh -c "trap \\"\\" TERM HUP; echo hidden; exec sleep 1000" & sleep 1000');
    for await (const chunk of container.stdout) if (String(chunk).includes('hidden')) break;
    await container.kill();
    expect(await container.ended).toMatchObject({ signal: 'SIGKILL', limit: null });
    await container.remove();
    await container.remove();
  });

  check('on this machine it is nobody, and what it writes is nobody’s', async () => {
    const place = join(folder, `w${count + 1}`);
    await run('echo mine > file; id -gn; grep -c ^root: /etc/passwd').then(({ stdout }) =>
      expect(stdout).toBe('agent\n1\n'),
    );
    expect(await stat(join(place, 'file'))).toMatchObject({ uid, gid: uid });
    expect(await readFile('/etc/passwd', 'utf8')).not.toContain(`:${uid}:`);
  });

  check('one whose engine does not answer any more is ended without it', async () => {
    const front = await openDeafFront(engine?.socketPath ?? '', join(folder, 'front.sock'));
    const other = openDockerDriver({
      ...{ socketPath: front.socketPath, owner: `${owner}-deaf`, defaultImage: null, dataFolder: folder, uid },
      patienceMs: 1000,
    });
    const container = await start('echo begun; setsid sleep 1234 & sleep 1234', {}, other);
    for await (const chunk of container.stdout) if (String(chunk).includes('begun')) break;
    front.goDeaf();
    await container.kill();
    expect(await container.ended).toMatchObject({ limit: null });
    expect(
      execFileSync('/bin/sh', ['-c', 'pgrep -u "$1" -fc "sleep 1234" || true', 'sh', String(uid)], {
        encoding: 'utf8',
      }),
    ).toBe('0\n');
    await expect(container.remove()).rejects.toThrow('did not remove a container within 1 seconds');
    front.close();
    expect(await driver.reap(`${owner}-deaf`)).toBe(1);
  });

  check(
    'one whose engine does not answer is waited for only as long as it is wanted, and goes when it is made later',
    async () => {
      const front = await openDeafFront(engine?.socketPath ?? '', join(folder, 'slow.sock'));
      const slow = `${owner}-slow`;
      const other = openDockerDriver({
        ...{ socketPath: front.socketPath, owner: slow, defaultImage: image, dataFolder: folder, uid },
        patienceMs: 1000,
      });
      const left = () =>
        new Docker({ socketPath: engine?.socketPath ?? '' }).listContainers({
          all: true,
          filters: { label: [`${ownerLabel}=${slow}`] },
        });
      const first = await start('true', {}, other);
      await first.ended;
      // By the driver with patience: this engine is not deaf yet.
      expect(await driver.reap(slow)).toBe(1);
      front.slowFrom(/^POST \S*\/containers\/create/);
      const stopped = new AbortController();
      const starting = start('touch /workspace/begun', {}, other, stopped.signal);
      const refused = expect(starting).rejects.toThrow('cancelled');
      await expect.poll(async () => (await left()).length).toBe(1);
      stopped.abort(new Error('cancelled'));
      await refused;
      front.letGo();
      await expect.poll(async () => (await left()).length).toBe(0);
      front.goDeaf();
      const stoppedSoon = { signal: AbortSignal.timeout(100), log: () => undefined };
      await expect(start('true', {}, other, stoppedSoon.signal)).rejects.toThrow('timeout');
      await expect(other.prepareImage({ kind: 'default' }, stoppedSoon)).rejects.toThrow('timeout');
      front.close();
    },
  );

  check('what a former process of this runner left is ended, and nobody else’s', async () => {
    const mine = await start('sleep 1000');
    const former = openDockerDriver({
      socketPath: engine?.socketPath ?? '',
      owner,
      defaultImage: null,
      dataFolder: '/nowhere',
      uid,
    });
    expect(await former.reap('somebody-else')).toBe(0);
    expect(await driver.reap(owner)).toBe(0);
    expect(await former.reap(owner)).toBe(1);
    await mine.ended;
  });

  check('a container ends with its runner, however that ends', async () => {
    const spec = await specOf('sleep 1000');
    const itsOptions = { socketPath: engine?.socketPath, owner, defaultImage: null, dataFolder: folder, uid };
    const program = join(import.meta.dirname, '../../../testing/hold-container.ts');
    const runner = spawn(process.execPath, [program, JSON.stringify({ options: itsOptions, spec })], { stdio: 'pipe' });
    await once(runner.stdout, 'data');
    const container = new Docker({ socketPath: engine?.socketPath ?? '' }).getContainer(spec.name);
    expect((await container.inspect()).State.Running).toBe(true);
    runner.kill('SIGKILL');
    await expect.poll(async () => (await container.inspect()).State.Running).toBe(false);
    await container.remove();
  });

  check('the client’s own sandbox works within', async () => {
    const { folder: codex } = await ensureClient('0.169.0');
    const { stdout, stderr } = await run(
      `export CODEX_HOME=$HOME/.codex; mkdir -p $CODEX_HOME
       /opt/codex/bin/codex sandbox -c 'sandbox_mode="read-only"' -- touch /workspace/no 2>/dev/null
       /opt/codex/bin/codex sandbox -c 'sandbox_mode="workspace-write"' -- touch /workspace/yes; ls /workspace`,
      { readOnly: { codex, authority: join(folder, 'authority.pem') } },
    );
    // gVisor gives programs no mounts of their own: there the client refuses to run a command that it cannot keep in.
    expect(stdout, stderr).toBe(isGvisor ? '' : 'yes\n');
    if (isGvisor) expect(stderr).toContain('bwrap');
  });

  check('a recipe is built without a network', async () => {
    const recipe = (step: string) => ({ kind: 'recipe' as const, containerfile: `FROM ${engine?.image}\n${step}\n` });
    if (isPodman) {
      await expect(driver.prepareImage(recipe('RUN true'), options)).rejects.toThrow('Recipes are not built here');
      return;
    }
    const built = await driver.prepareImage(recipe('RUN echo made > /made'), options);
    const { stdout } = await run('cat /made', { image: built });
    expect(stdout).toBe('made\n');
    // The engine would give these folders of its own disk.
    const withVolumes = await driver.prepareImage(recipe('VOLUME ["/data", "/workspace"]'), options);
    const full = await run('head -c 40M /dev/zero > /data/x; stat -f -c %T /data /workspace', { image: withVolumes });
    expect(full.stderr).toContain('No space left');
    expect(full.stdout).toMatch(/^tmpfs\n(?!tmpfs)/);
    await expect(driver.prepareImage(recipe('RUN curl -sS http://1.1.1.1/'), options)).rejects.toThrow(/curl/);
    await expect(driver.prepareImage({ kind: 'image', reference: 'reeve.invalid/none:1' }, options)).rejects.toThrow();
  });
});

test('an engine that is not there is named, with what to do', async () => {
  const nowhere = openDockerDriver({
    socketPath: '/nowhere/docker.sock',
    owner,
    defaultImage: null,
    dataFolder: '/nowhere',
    uid,
  });
  await expect(nowhere.describe()).rejects.toThrow(/no container engine answers at \/nowhere\/docker.sock: start/);
});
