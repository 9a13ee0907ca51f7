import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { runPod } from '#testing/servers/kubernetes/run-pod.ts';
import { type StandInKubernetes, startKubernetes } from '#testing/servers/kubernetes/start-kubernetes.ts';
import { type Relay, startRelay } from '#testing/servers/kubernetes/start-relay.ts';
import { createTestAuthority } from '#testing/servers/test-authority.ts';
import type { ContainerSpec, RunningContainer } from '../driver.ts';
import { inside } from '../inside.ts';
import { jobFor, nameFor } from './job-manifest.ts';
import { connectRunner } from './keeper/connect-runner.ts';
import { readKeeperConfig } from './keeper/keeper-config.ts';
import { openKubernetesDriver } from './kubernetes-driver.ts';
import type { KubernetesPlace } from './kubernetes-place.ts';
import { readLine } from './link-messages.ts';
import { endOfPod } from './pod-state.ts';

const options = { signal: new AbortController().signal, log: () => undefined };

const here = { installation: 'here', defaultImage: 'registry.example.com/task:1', pollMs: 100 };

let [folder, count] = ['', 0];
let cluster: StandInKubernetes;
let place: KubernetesPlace;
let driver: ReturnType<typeof openKubernetesDriver>;
let proxy: Server;
let openNetworks: Promise<string[]>;
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
    ...{ keeperImage: 'registry.example.com/reeve:1', gvisorClass: 'gvisor', taskAccount: 'reeve-task', closed: [] },
  };
  driver = openKubernetesDriver({ ...here, place, owner: 'mine' });
  await writeFile(join(folder, 'authority.pem'), 'AUTHORITY\n', { mode: 0o644 });
  proxy = createServer((request, response) => response.end(`asked ${request.url}`));
  await new Promise<void>((resolve) => proxy.listen(join(folder, 'egress.sock'), resolve));
  openNetworks = (await startInOpenNetworks()).refusals;
  // Another file's stand-in may have its turn first.
}, 480_000);

const refusalOf = (starting: Promise<unknown>): Promise<string> =>
  starting.then(
    () => 'it began',
    (error: Error) => error.message,
  );

/** Pods try for some seconds whether the network closes, and take nothing from others meanwhile: asked for at first, looked at later. */
async function startInOpenNetworks(): Promise<{ refusals: Promise<string[]> }> {
  cluster.isOpen = true;
  const toApi = refusalOf(start('echo never'));
  await vi.waitFor(() => expect(cluster.jobs.size).toBe(1), 30_000);
  // The API server is closed from here on, and the cloud's own address is not.
  cluster.isOpen = false;
  const metadata = { ...place, closed: ['127.0.0.1:1', `127.0.0.1:${cluster.port}`] };
  const other = openKubernetesDriver({ ...here, place: metadata, owner: 'other' });
  const toCloud = refusalOf(other.start(await specFor('echo never')));
  await vi.waitFor(() => expect(cluster.jobs.size).toBe(2), 30_000);
  void toCloud.then(() => other.close());
  return { refusals: Promise.all([toApi, toCloud]) };
}
beforeEach(() => {
  cluster.isAway = false;
  cluster.isOpen = false;
});
afterAll(async () => {
  driver.close();
  proxy.close();
  await cluster.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
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
const keeperEnv = () => {
  const keeper = jobOfLast()?.spec?.template.spec?.containers.find(({ name }) => name === 'keeper');
  return Object.fromEntries((keeper?.env ?? []).map(({ name, value }) => [name, value ?? '']));
};
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
  const name = jobOfLast()?.metadata?.name ?? '';
  expect(cluster.jobs.has(name)).toBe(true);
  await container.remove();
  expect(cluster.jobs.has(name)).toBe(false);
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

test('what a task took the right to read from comes back as it is', async () => {
  const spec = await specFor(
    'mkdir -p shut/in; echo 1 > shut/in/file; echo 2 > closed; chmod 0 shut/in closed; chmod 0300 shut',
  );
  const { workspace } = spec.folders;
  const container = await driver.start(spec);
  await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
  const modes = ['shut', 'shut/in', 'closed'].map(async (name) => (await stat(join(workspace, name))).mode & 0o777);
  expect(await Promise.all(modes)).toEqual([0o300, 0, 0]);
  for (const name of ['shut', 'shut/in', 'closed']) await chmod(join(workspace, name), 0o700);
  expect(await readFile(join(workspace, 'shut/in/file'), 'utf8')).toBe('1\n');
  expect(await readFile(join(workspace, 'closed'), 'utf8')).toBe('2\n');
  await container.remove();
});

test('the one way out is the task’s own proxy', async () => {
  expect((await run('curl -sS http://127.0.0.1:3128/hello')).stdout).toBe('asked /hello');
});

test('a network that nobody closes ends it before it begins', async () => {
  const [toApi, toCloud] = await openNetworks;
  expect(toApi).toMatch(/does not hold the network policy of task pods/);
  expect(toCloud).toContain(`policy of task pods: 127.0.0.1:${cluster.port} answers`);
  expect(cluster.jobs.size).toBe(0);
});

test('a pod whose keeper does not reach its runner ends by itself', async () => {
  const spec = await specFor('true');
  const { pem } = await createTestAuthority('nobody');
  const way = { address: '127.0.0.1', port: 1, secret: 's'.repeat(43), authorityPem: pem, serverName: 'n' };
  const pod = await runPod(jobFor(spec, { name: nameFor(spec), place, owner: 'x', way, defaultImage: null }), {});
  await expect.poll(() => pod.status.phase).toBe('Failed');
  expect(endOfPod({ status: pod.status })).toMatchObject({ signal: 'SIGKILL' });
  await pod.remove();
});

test('one for which no node has room is given up when nobody wants it any more, also while the API server is away', async () => {
  const unwanted = new AbortController();
  const spec = await specFor('true', { image: 'pending.invalid/task:1' });
  cluster.calls.delete('list pods');
  const starting = driver.start(spec, unwanted.signal);
  // It is made, and its runner waits for it.
  await expect.poll(() => cluster.calls.has('list pods')).toBe(true);
  cluster.isAway = true;
  unwanted.abort(new Error('cancelled'));
  await expect(starting).rejects.toThrow('cancelled');
  expect(cluster.jobs.size).toBe(1);
  cluster.isAway = false;
  await expect.poll(() => cluster.jobs.size).toBe(0);
});

test('a job that gets no pod is given up, and it is said where the reason is', async () => {
  const hasty = openKubernetesDriver({ ...here, place, owner: 'hasty', startMs: 300 });
  const spec = await specFor('true', { image: 'refused.invalid/task:1' });
  await expect(hasty.start(spec)).rejects.toThrow(/made no pod of its job. A quota .* kubectl describe job/);
  expect(cluster.jobs.size).toBe(0);
  hasty.close();
});

test('an image that is not there ends it in the cluster’s words', async () => {
  await expect(start('true', { image: 'missing.invalid/none:1' })).rejects.toThrow(/ImagePullBackOff Back-off pulling/);
  await expect(driver.prepareImage({ kind: 'recipe', containerfile: 'FROM x' }, options)).rejects.toThrow(/push it/);
  expect(await driver.prepareImage({ kind: 'default' }, options)).toBe('registry.example.com/task:1');
});

test('each limit has its ending', async () => {
  const disk = await run('head -c 30M /dev/zero > 1; head -c 40M /dev/zero > 2; sleep 1000');
  expect(disk.limit).toBe('disk-limit');
  // It takes nothing of the pod's disk, and would take all of the runner's.
  const small = { cpus: 1, memoryMb: 512, processes: 64, diskMb: 8, seconds: 600 };
  const long = { limit: 'disk-limit', exitCode: 0, filesLost: 'more came back than its disk can hold' };
  expect(await run('truncate -s 100G long', { limits: small })).toMatchObject(long);
  const endings = [];
  for (const end of [
    () => podOfLast().outOfMemory('task'),
    () =>
      podOfLast().end({
        reason: 'Evicted',
        message: 'Usage of EmptyDir volume "workspace" exceeds the limit "64Mi". ',
      }),
    // As a job's own deadline does: its pod is gone.
    () => cluster.loseLastPod('DeadlineExceeded'),
  ]) {
    const container = await start('sleep 1000');
    await end();
    const { limit, signal, filesLost } = await container.ended;
    endings.push([limit, signal, filesLost]);
    await container.remove();
  }
  const gone = 'its pod was gone before its files were brought back';
  expect(endings).toEqual([
    ['memory-limit', 'SIGKILL', undefined],
    ['disk-limit', 'SIGKILL', gone],
    ['time-limit', 'SIGKILL', gone],
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

/** A task that is over, and whose files are on their way: the one connection that its pod opens by then waits. */
async function withFilesOnTheirWay(
  script: string,
  look: (on: { container: RunningContainer; workspace: string; relay: Relay }) => Promise<void>,
): Promise<void> {
  const patient = openKubernetesDriver({ ...here, place, owner: 'patient', patienceMs: 200 });
  const relay = await startRelay(() => readKeeperConfig(keeperEnv()).port);
  cluster.runnerAddress = relay.address;
  try {
    const spec = await specFor(script);
    const container = await patient.start(spec);
    // They are asked for after the cluster was asked whether it is over.
    await relay.hold();
    await look({ container, workspace: spec.folders.workspace, relay });
    await container.remove();
  } finally {
    cluster.runnerAddress = null;
    relay.close();
    patient.close();
  }
}

test('a task that is cancelled while its files come back keeps them', async () => {
  await withFilesOnTheirWay('echo whole > made', async ({ container, workspace, relay }) => {
    const name = jobOfLast()?.metadata?.name ?? '';
    const killing = container.kill();
    // Five times what it waits for a task that does not end.
    await setTimeout(1000);
    expect(cluster.jobs.has(name)).toBe(true);
    relay.letGo();
    await killing;
    expect(await container.ended).toMatchObject({ exitCode: 0, limit: null });
    expect((await container.ended).filesLost).toBeUndefined();
    expect(await readFile(join(workspace, 'made'), 'utf8')).toBe('whole\n');
  });
});

test('files that nobody wants any more are not waited for', async () => {
  await withFilesOnTheirWay('echo whole > made', async ({ container, workspace }) => {
    container.drop?.();
    await container.kill();
    expect((await container.ended).filesLost).toContain('nobody wanted them');
    expect(await readdir(workspace)).toEqual([]);
  });
});

test('half of the files is said to be none, also of a task that was cancelled', async () => {
  await withFilesOnTheirWay('head -c 9M /dev/urandom > made', async ({ container, relay }) => {
    const killing = container.kill();
    relay.letGo(3_000_000);
    await killing;
    expect((await container.ended).filesLost).toMatch(/broke off|was gone/);
  });
});

test('names that are not UTF-8 go in and come back', async () => {
  const spec = await specFor('mv "$(printf "in\\351")" "$(printf "out\\351")"; ls | wc -l');
  const name = (text: string) =>
    Buffer.concat([Buffer.from(`${spec.folders.workspace}/${text}`), Buffer.from([0o351])]);
  await writeFile(name('in'), 'odd');
  const container = await driver.start(spec);
  const [stdout, , { filesLost }] = await Promise.all([
    ...[text(container.stdout), text(container.stderr)],
    container.ended,
  ] as const);
  expect([stdout.trim(), filesLost]).toEqual(['1', undefined]);
  expect(await readFile(name('out'), 'utf8')).toBe('odd');
  expect(await readdir(spec.folders.workspace)).toHaveLength(1);
  await container.remove();
});

test('a runner that is gone takes its tasks with it, and its next process the jobs', async () => {
  const gone = openKubernetesDriver({ ...here, place, owner: 'gone' });
  const container = await gone.start(await specFor(hidden));
  const pod = podOfLast();
  expect(await driver.reap('somebody-else')).toBe(0);
  // Of the same name on another machine.
  const other = openKubernetesDriver({ ...here, place, owner: 'gone', installation: 'there' });
  expect(await other.reap('gone')).toBe(0);
  // As its death does: every connection ends.
  gone.close();
  await expect.poll(() => pod.status.phase).toBe('Failed');
  expect(await driver.reap('gone')).toBe(1);
  expect(cluster.jobs.size).toBe(0);
  await container.ended.catch(() => undefined);
});

test('a secret that somebody read in the pod’s description is good once', async () => {
  const container = await start('sleep 1000');
  const { secret, ...address } = readKeeperConfig(keeperEnv());
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
