import { chown, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type StandInKubernetes, startKubernetes } from '#testing/servers/kubernetes/start-kubernetes.ts';
import type { ContainerSpec } from '../driver.ts';
import { inside } from '../inside.ts';
import { connectRunner } from './keeper/connect-runner.ts';
import { readKeeperConfig } from './keeper/keeper-config.ts';
import { openKubernetesDriver } from './kubernetes-driver.ts';
import type { KubernetesPlace } from './kubernetes-place.ts';
import { readLine } from './link-messages.ts';

const options = { signal: new AbortController().signal, log: () => undefined };

let [folder, count] = ['', 0];
let cluster: StandInKubernetes;
let place: KubernetesPlace;
let driver: ReturnType<typeof openKubernetesDriver>;
let proxy: Server;
beforeAll(async () => {
  cluster = await startKubernetes();
  folder = await mkdtemp('/var/tmp/reeve-kubernetes-');
  place = {
    ...{
      kubeconfig: cluster.kubeconfig,
      namespace: 'tasks',
      address: '127.0.0.1',
      port: 0,
      pullSecret: null,
      seccompProfile: null,
    },
    ...{ keeperImage: 'registry.example.com/reeve:1', gvisorClass: 'gvisor', taskAccount: 'reeve-task' },
  };
  driver = openKubernetesDriver({ place, owner: 'mine', defaultImage: 'registry.example.com/task:1' });
  await writeFile(join(folder, 'authority.pem'), 'AUTHORITY\n', { mode: 0o644 });
  proxy = createServer((request, response) => response.end(`asked ${request.url}`));
  await new Promise<void>((resolve) => proxy.listen(join(folder, 'egress.sock'), resolve));
});
beforeEach(() => {
  cluster.isAway = false;
  cluster.isOpen = false;
});
afterAll(async () => {
  driver.close();
  proxy.close();
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

async function specFor(script: string, more: Partial<ContainerSpec> = {}): Promise<ContainerSpec> {
  count += 1;
  const folders = { workspace: join(folder, `w${count}`), home: join(folder, `h${count}`) };
  for (const path of Object.values(folders)) {
    await mkdir(path);
    await chown(path, driver.owner.uid, driver.owner.gid);
  }
  return {
    name: `reeve-test-${count}`,
    attemptId: `a${count}`,
    image: 'registry.example.com/task:1',
    runtime: 'runc',
    command: ['/bin/bash', '-c', script],
    env: { TOKEN: "it's secret" },
    workingFolder: inside.workspace,
    folders,
    readOnly: { codex: null, authority: join(folder, 'authority.pem') },
    limits: { cpus: 1, memoryMb: 512, processes: 64, diskMb: 64, seconds: 600 },
    egressSocket: join(folder, 'egress.sock'),
    ...more,
  };
}
const start = async (script: string, more: Partial<ContainerSpec> = {}) => driver.start(await specFor(script, more));

async function run(script: string, more: Partial<ContainerSpec> = {}) {
  const container = await start(script, more);
  const [stdout, stderr, end] = await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
  await container.remove();
  return { stdout, stderr, ...end };
}
const jobOfLast = () => [...cluster.jobs.values()].at(-1);
const podOfLast = () => {
  const pod = [...cluster.pods.values()].at(-1);
  if (!pod) throw new Error('no pod');
  return pod;
};

test('it says what the cluster is, and what it does not hold', async () => {
  const { kind, engine, runtimes, weaknesses } = await driver.describe();
  expect([kind, engine, runtimes]).toEqual(['kubernetes', 'Kubernetes v1.32.0-stand-in', ['runc', 'runsc']]);
  expect(weaknesses.every((one) => one.length <= 300) && weaknesses.length <= 10).toBe(true);
});

test('a command gets its folders, variables, input and authority, and says how it ended', async () => {
  const spec = await specFor(
    'id -u; pwd; echo "$HOME $TOKEN"; cat /opt/reeve/ca.pem /etc/ssl/certs/ca-certificates.crt; cat; cat here/file; rm here/old; echo new > here/new; ln -s /etc/passwd link; echo no >&2; exit 7',
    { input: 'from outside\n' },
  );
  const { workspace } = spec.folders;
  await mkdir(join(workspace, 'here'));
  await writeFile(join(workspace, 'here/file'), 'a file\n');
  await writeFile(join(workspace, 'here/old'), 'old');
  await symlink('here/file', join(workspace, 'alias'));
  const container = await driver.start(spec);
  const sent = JSON.stringify(jobOfLast());
  const [stdout, stderr, end] = await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
  expect(stdout).toMatch(/^\d+\n\/workspace\n\/home\/agent it's secret\nAUTHORITY\nAUTHORITY\nfrom outside\na file\n$/);
  expect([stderr, end.exitCode, end.signal, end.limit]).toEqual(['no\n', 7, null, null]);
  expect(await readFile(join(workspace, 'here/new'), 'utf8')).toBe('new\n');
  await expect(readFile(join(workspace, 'here/old'))).rejects.toThrow('ENOENT');
  // What the API server is told, and keeps, has nothing of the task.
  for (const secret of ["it's secret", 'from outside', 'here/file']) expect(sent).not.toContain(secret);
  await container.remove();
  expect(cluster.jobs.size).toBe(0);
});

test('what a task did not touch is not written again outside', async () => {
  const spec = await specFor('echo more >> changed');
  const { workspace } = spec.folders;
  for (const name of ['same', 'changed']) await writeFile(join(workspace, name), name, { mode: 0o666 });
  for (const name of ['same', 'changed']) await chown(join(workspace, name), driver.owner.uid, driver.owner.gid);
  const before = await stat(join(workspace, 'same'), { bigint: true });
  const container = await driver.start(spec);
  await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
  const after = await stat(join(workspace, 'same'), { bigint: true });
  expect([after.ino, after.ctimeNs]).toEqual([before.ino, before.ctimeNs]);
  expect(await readFile(join(workspace, 'changed'), 'utf8')).toBe('changedmore\n');
  await container.remove();
});

test('the one way out is the task’s own proxy', async () => {
  expect((await run('curl -sS http://127.0.0.1:3128/hello')).stdout).toBe('asked /hello');
});

test('a network that nobody closes ends it before it begins', async () => {
  cluster.isOpen = true;
  await expect(start('echo never')).rejects.toThrow(/does not hold the network policy/);
  expect(cluster.jobs.size).toBe(0);
});

test('an image that is not there ends it in the cluster’s words', async () => {
  await expect(start('true', { image: 'missing.invalid/none:1' })).rejects.toThrow(/ImagePullBackOff Back-off pulling/);
  await expect(driver.prepareImage({ kind: 'recipe', containerfile: 'FROM x' }, options)).rejects.toThrow(/push it/);
  expect(await driver.prepareImage({ kind: 'default' }, options)).toBe('registry.example.com/task:1');
});

test('each limit has its ending', async () => {
  const disk = await run('head -c 30M /dev/zero > 1; head -c 40M /dev/zero > 2; sleep 1000');
  expect(disk.limit).toBe('disk-limit');
  const endings = [];
  for (const end of [
    () => podOfLast().outOfMemory('task'),
    () =>
      podOfLast().end({
        reason: 'Evicted',
        message: 'Usage of EmptyDir volume "workspace" exceeds the limit "64Mi". ',
      }),
    () => podOfLast().end({ reason: 'Evicted', message: 'The node was low on resource: memory.' }),
    () => podOfLast().end({ reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than …' }),
  ]) {
    const container = await start('sleep 1000');
    await end();
    const { limit, signal } = await container.ended;
    endings.push([limit, signal]);
    await container.remove();
  }
  expect(endings).toEqual([
    ['memory-limit', 'SIGKILL'],
    ['disk-limit', 'SIGKILL'],
    [null, 'SIGKILL'],
    ['time-limit', 'SIGKILL'],
  ]);
});

const hidden = 'setsid sh -c "trap \\"\\" TERM HUP; echo hidden; exec sleep 1000" & sleep 1000';

test('kill ends every process, also while the API server is away', async () => {
  const container = await start(hidden);
  for await (const chunk of container.stdout) if (String(chunk).includes('hidden')) break;
  const pod = podOfLast();
  cluster.isAway = true;
  let hasEnded = false;
  const killing = container.kill().then(() => {
    hasEnded = true;
  });
  const taskOf = () => pod.status.containerStatuses?.find(({ name }) => name === 'task')?.state?.terminated?.exitCode;
  await expect.poll(taskOf).toBe(137);
  // It is over, and the runner cannot know.
  expect(hasEnded).toBe(false);
  cluster.isAway = false;
  await killing;
  expect(await container.ended).toMatchObject({ signal: 'SIGKILL', limit: null });
  await container.remove();
  await container.remove();
});

test('a runner that is gone takes its tasks with it, and its next process the jobs', async () => {
  const gone = openKubernetesDriver({ place, owner: 'gone', defaultImage: null });
  const container = await gone.start(await specFor(hidden));
  const pod = podOfLast();
  expect(await driver.reap('somebody-else')).toBe(0);
  // As its death does: every connection ends.
  gone.close();
  await expect.poll(() => pod.status.phase).toBe('Failed');
  expect(await driver.reap('gone')).toBe(1);
  expect(cluster.jobs.size).toBe(0);
  await container.ended.catch(() => undefined);
});

test('a secret that somebody read in the pod’s description is good once', async () => {
  const container = await start('sleep 1000');
  const keeper = jobOfLast()?.spec?.template.spec?.containers.find(({ name }) => name === 'keeper');
  const env = Object.fromEntries((keeper?.env ?? []).map(({ name, value }) => [name, value ?? '']));
  const { secret, ...address } = readKeeperConfig(env);
  for (const kind of ['hello', 'folders-in', 'egress'] as const) {
    const socket = await connectRunner(address, { secret, kind });
    await expect(readLine(socket)).rejects.toThrow('the connection ended');
  }
  await container.kill();
  await container.remove();
});

test('nothing is asked of the cluster that its Role does not allow', () => {
  expect([...cluster.calls].sort()).toEqual(['create jobs', 'delete jobs', 'get jobs', 'list jobs', 'list pods']);
});
