import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ContainerEnd, ContainerSpec, Driver, RunningContainer } from '#runner/drivers/driver.ts';
import { inside } from '#runner/drivers/inside.ts';
import { access, type EgressWorld, openEgressWorld } from '../egress-world.ts';
import { type EscapeAttempt, tools } from './attempt.ts';

const listed = ['example.com', 'wrong-certificate.example', 'private.example', 'rebind.example', 'cgnat.example'];
const listedToo = ['mapped.example', 'nat64.example', 'six.example', 'unique-local.example', 'multicast.example'];
const policy = access({
  domains: [...listed, ...listedToo, 'zero.example', 'azure.example', 'metadata.google.internal'],
});

export interface Tried {
  attempt: EscapeAttempt;
  hasSucceeded: boolean;
  isBroken: boolean;
  said: string;
}

export interface EscapeGround {
  world: EgressWorld;
  folder: string;
  secret: string;
  /** Runs attempts one after another in one container. */
  tryAll(attempts: readonly EscapeAttempt[]): Promise<Tried[]>;
  start(script: string, more?: Partial<ContainerSpec>): Promise<{ container: RunningContainer; workspace: string }>;
  run(script: string, more?: Partial<ContainerSpec>): Promise<ContainerEnd & { output: string; workspace: string }>;
  close(): Promise<void>;
}

/** What of this machine a container must not get at: a file, listening sockets, a process with a secret, another task. */
interface Bait {
  env: Record<string, string>;
  close(): Promise<void>;
}

const listenOn = (where: { host: string; port: number } | { path: string }) =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer((socket) => socket.end('reached\n'));
    server.once('error', reject);
    server.listen(where, () => resolve(server));
  });

function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

async function layBait(folder: string): Promise<Bait> {
  const secret = join(folder, 'runner-secret.txt');
  // Readable by everybody: only the container's walls keep it.
  await writeFile(secret, 'rr-loot', { mode: 0o644 });
  const tcp = await listenOn({ host: '0.0.0.0', port: 0 });
  const abstract = `reeve-escape-${process.pid}`;
  const nameless = await listenOn({ path: `\0${abstract}` });
  const victim: ChildProcess = spawn('sleep', ['1000'], { env: { SECRET: 'rr-loot' }, stdio: 'ignore' });
  return {
    env: {
      HOST_SECRET: secret,
      HOST_ADDRESS: ownAddress(),
      HOST_PORT: String((tcp.address() as AddressInfo).port),
      HOST_PID: String(victim.pid),
      ABSTRACT: abstract,
    },
    close: async () => {
      victim.kill('SIGKILL');
      tcp.close();
      nameless.close();
    },
  };
}

const proxied = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, inside.proxy]));

/** Scripts as files, so that none of them has to be quoted twice. */
async function writeScripts(workspace: string, attempts: readonly EscapeAttempt[]): Promise<void> {
  await writeFile(join(workspace, 'tools.sh'), tools);
  await Promise.all(
    attempts.map(({ script }, index) =>
      writeFile(join(workspace, `${index}.sh`), `. /workspace/tools.sh\n${script}\n`),
    ),
  );
}

function readResults(attempts: readonly EscapeAttempt[], output: string): Tried[] {
  return attempts.map((attempt, index) => {
    const found = new RegExp(`^<<${index} (\\d+)>>$`, 'm').exec(output);
    const before = output.indexOf(`<<${index} begins>>`);
    const said = before < 0 ? '' : output.slice(before, found?.index).trim().slice(-400);
    const code = found ? Number(found[1]) : -1;
    return {
      attempt,
      hasSucceeded: code === 0,
      isBroken: code === -1 || /command not found|syntax error|Can't locate/.test(said),
      said,
    };
  });
}

/** A machine with something to steal, and containers of a driver on it. */
export async function openEscapeGround(
  driver: Driver,
  { image, runtime, engineSocket }: { image: string; runtime: ContainerSpec['runtime']; engineSocket: string },
): Promise<EscapeGround> {
  const folder = await mkdtemp('/var/tmp/reeve-escape-');
  const world = await openEgressWorld({ policy });
  const other = await openEgressWorld({ policy });
  const bait = await layBait(folder);
  world.answers.set('/control/redirect', (_request, response) => {
    response.writeHead(302, { location: 'https://redirected.evil.example/' }).end();
  });
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, world.proxy.authorityPem, { mode: 0o644 });
  let count = 0;
  const makeFolders = async () => {
    count += 1;
    const folders = { workspace: join(folder, `task-${count}/workspace`), home: join(folder, `task-${count}/home`) };
    for (const place of Object.values(folders)) {
      await mkdir(place, { recursive: true });
      await chown(place, driver.owner.uid, driver.owner.gid);
    }
    return folders;
  };
  const begin = async (folders: ContainerSpec['folders'], script: string, more: Partial<ContainerSpec> = {}) =>
    driver.start({
      name: `reeve-escape-${process.pid}-${count}`,
      attemptId: `a${count}`,
      image,
      runtime,
      command: ['/bin/bash', '-c', script],
      env: {
        ...bait.env,
        ...proxied('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'),
        CURL_CA_BUNDLE: inside.authority,
        OWN_TOKEN: 'at-own',
        ENGINE_SOCKET: engineSocket,
        OTHER_SOCKET: other.socketPath,
        OWN_SOCKET: world.socketPath,
        OTHER_WORKSPACE: join(folder, 'task-1/workspace'),
      },
      workingFolder: inside.workspace,
      folders,
      readOnly: { codex: null, authority },
      limits: { cpus: 2, memoryMb: 512, processes: 400, diskMb: 128 },
      egressSocket: world.socketPath,
      ...more,
    });
  // The other task runs all the time.
  const othersFolders = await makeFolders();
  await writeFile(join(othersFolders.workspace, 'other-task.txt'), 'at-other');
  const neighbour = await begin(othersFolders, 'sleep 1000', {
    env: { OTHER_TOKEN: 'at-other' },
    egressSocket: other.socketPath,
  });
  const start = async (script: string, more: Partial<ContainerSpec> = {}) => {
    const folders = await makeFolders();
    return { container: await begin(folders, script, more), workspace: folders.workspace };
  };
  const run = async (script: string, more: Partial<ContainerSpec> = {}) => {
    const { container, workspace } = await start(script, more);
    const [stdout, stderr, end] = await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
    await container.remove();
    return { ...end, output: stdout + stderr, workspace };
  };
  return {
    world,
    folder,
    secret: bait.env.HOST_SECRET ?? '',
    start,
    run,
    async tryAll(attempts) {
      const folders = await makeFolders();
      await writeScripts(folders.workspace, attempts);
      const loop = `cd /workspace; for i in $(seq 0 ${attempts.length - 1}); do echo "<<$i begins>>"; timeout 40 bash "/workspace/$i.sh" 2>&1 < /dev/null; echo; echo "<<$i $?>>"; done`;
      const container = await begin(
        folders,
        loop.replace('; echo; echo "<<$i $?>>"', '; code=$?; echo; echo "<<$i $code>>"'),
      );
      const [output] = await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
      await container.remove();
      return readResults(attempts, output);
    },
    async close() {
      await neighbour.kill();
      await neighbour.remove();
      await bait.close();
      await Promise.all([world.close(), other.close()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
