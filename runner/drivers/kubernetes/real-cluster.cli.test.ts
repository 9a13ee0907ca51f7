import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runnerProgram } from '#server/commands/runner-program.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import { logOf, makeJob, RunnerStandIn } from '#testing/runner-stand-in.ts';
import { makeRepository } from '#testing/servers/git-http.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';
import { readRunnerConfig } from '../../config.ts';
import { startRunner } from '../../start-runner.ts';
import type { ContainerSpec, RunningContainer } from '../driver.ts';
import { inside } from '../inside.ts';
import { collectSeconds, ownerLabel } from './job-manifest.ts';
import { openKubernetesDriver } from './kubernetes-driver.ts';
import type { KubernetesPlace } from './kubernetes-place.ts';
import { type Cluster, openCluster } from './open-cluster.ts';
import { endOfPod } from './pod-state.ts';

// A cluster of yours, with the chart's namespace, account and policies. What it needs is in docs/guides/codex-cloud/kubernetes.md.
const kubeconfig = process.env.REEVE_TEST_KUBECONFIG;
const address = process.env.REEVE_TEST_KUBERNETES_ADDRESS ?? '';
const image = process.env.REEVE_TEST_KUBERNETES_IMAGE ?? '';

const howTo = [
  'REEVE_TEST_KUBECONFIG=~/.kube/config REEVE_TEST_KUBERNETES_ADDRESS=<this machine, as pods reach it> \\',
  'REEVE_TEST_KUBERNETES_IMAGE=registry.example.com/reeve:0.1.0 node node_modules/vitest/vitest.mjs run --project cli real-cluster',
].join('\n');

if (kubeconfig === undefined)
  process.stderr.write(`\nNOT RUN: the Kubernetes driver on a real cluster. With one of yours:\n${howTo}\n\n`);
else if (isIP(address) === 0 || image === '')
  throw new Error(
    `REEVE_TEST_KUBERNETES_ADDRESS (an IP address) and REEVE_TEST_KUBERNETES_IMAGE are missing:\n${howTo}`,
  );

test('how it is run on a real cluster is what the guide says', async () => {
  const guide = await readFile(resolve(import.meta.dirname, '../../../docs/guides/codex-cloud/kubernetes.md'), 'utf8');
  expect(guide).toContain(howTo);
});

const place: KubernetesPlace = {
  ...{ kubeconfig: kubeconfig ?? null, address, port: 3129, keeperImage: image },
  namespace: process.env.REEVE_TEST_KUBERNETES_NAMESPACE ?? 'reeve-tasks',
  ...{ gvisorClass: null, taskAccount: 'reeve-task', pullSecret: null, seccompProfile: null },
  closed: ['169.254.169.254:80'],
};
const installation = 'real';
/** Of its nodes, as the guide says; without one, the client's commands are tried without its own sandbox. */
const profile = process.env.REEVE_TEST_KUBERNETES_SECCOMP_PROFILE ?? '';
const minutes = 60_000;

describe.runIf(kubeconfig !== undefined)('a real cluster', { timeout: 10 * minutes }, () => {
  let [folder, count] = ['', 0];
  let cluster: Cluster;
  let proxy: Server;
  let driver: ReturnType<typeof openKubernetesDriver>;
  const owner = `test-${process.pid}`;

  const open = () => openKubernetesDriver({ place, owner, installation, defaultImage: image });
  beforeAll(async () => {
    folder = await mkdtemp('/var/tmp/reeve-cluster-');
    cluster = await openCluster(place);
    driver = open();
    await writeFile(join(folder, 'authority.pem'), 'AUTHORITY\n');
    proxy = createServer((request, response) => response.end(`asked ${request.url}`));
    await new Promise<void>((done) => proxy.listen(join(folder, 'egress.sock'), done));
  });
  afterAll(async () => {
    await driver?.reap(owner);
    driver?.close();
    proxy?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function specFor(script: string, more: Partial<ContainerSpec['limits']> = {}): Promise<ContainerSpec> {
    count += 1;
    const folders = { workspace: join(folder, `w${count}`), home: join(folder, `h${count}`) };
    for (const path of Object.values(folders)) await mkdir(path);
    return {
      ...{ name: `reeve-real-${count}`, attemptId: `real-${count}`, image, runtime: 'runc', env: { TOKEN: 'x' } },
      ...{ command: ['/bin/sh', '-c', script], workingFolder: inside.workspace, folders },
      readOnly: { codex: null, authority: join(folder, 'authority.pem') },
      limits: { cpus: 0.5, memoryMb: 256, processes: 100, diskMb: 128, seconds: 300, ...more },
      egressSocket: join(folder, 'egress.sock'),
    };
  }

  async function outcomeOf(container: RunningContainer) {
    const [said, errors, end] = await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
    await container.remove();
    return { said, errors, ...end };
  }

  /** Until a task says this. */
  async function hears(output: AsyncIterable<unknown>, word: string): Promise<void> {
    for await (const chunk of output) if (String(chunk).includes(word)) return;
  }

  test('a task runs in a pod, reaches its proxy and nothing else, and its files come back', async () => {
    expect((await driver.describe()).engine).toMatch(/^Kubernetes v/);
    const script = `fetch('http://127.0.0.1:3128/hello').then((answer) => answer.text()).then((said) => {
        require('node:fs').writeFileSync('made', said);
        return fetch('https://1.1.1.1/', { signal: AbortSignal.timeout(5000) });
      }).then(() => console.log('open'), () => console.log('closed ' + process.getuid()))`;
    const spec = { ...(await specFor('')), command: ['node', '-e', script] };
    const outcome = await outcomeOf(await driver.start(spec));
    expect(outcome).toMatchObject({ said: 'closed 1000\n', errors: '', exitCode: 0, limit: null });
    expect(outcome.filesLost).toBeUndefined();
    expect(await readFile(join(spec.folders.workspace, 'made'), 'utf8')).toBe('asked /hello');
    expect(await driver.reap(owner)).toBe(0);
  });

  test('what a task is kept from, and what it may write', async () => {
    const tries = [
      'echo "$(id -u) $(id -G)"; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status | tr -s "\\t" " "',
      'touch /etc/x /usr/x 2>/dev/null || echo read-only',
      'ls /var/run/secrets 2>/dev/null || echo no-account; env | grep -c KUBERNETES_',
      'for to in workspace home/agent tmp var/tmp; do touch /$to/x && echo $to; done',
    ];
    const { said } = await outcomeOf(await driver.start(await specFor(tries.join('\n'))));
    const kept = [
      '1000 1000',
      'CapEff: 0000000000000000',
      'NoNewPrivs: 1',
      'Seccomp: 2',
      'read-only',
      'no-account',
      '0',
    ];
    expect(said.trim().split('\n')).toEqual([...kept, 'workspace', 'home/agent', 'tmp', 'var/tmp']);
  });

  test('a task that is cancelled ends with all of its processes, and keeps its files', async () => {
    const spec = await specFor('echo kept > made; setsid sh -c \'trap "" TERM; sleep 1000\' & echo begun; sleep 1000');
    const container = await driver.start(spec);
    await hears(container.stdout, 'begun');
    const begun = performance.now();
    await container.kill();
    expect(await container.ended).toMatchObject({ exitCode: null, signal: 'SIGKILL', limit: null });
    // By its keeper, at once; the cluster is asked to after 20 seconds, and then the files are lost.
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect((await container.ended).filesLost).toBeUndefined();
    expect(await readFile(join(spec.folders.workspace, 'made'), 'utf8')).toBe('kept\n');
    await container.remove();
  });

  test('each limit has its ending', async () => {
    const memory = await specFor(
      'echo kept > made; exec node -e "for (const all = []; ; ) all.push(Buffer.alloc(8e6, 1))"',
    );
    expect(await outcomeOf(await driver.start(memory))).toMatchObject({ limit: 'memory-limit' });
    expect(await readFile(join(memory.folders.workspace, 'made'), 'utf8')).toBe('kept\n');
    const disk = await specFor('head -c 200M /dev/zero > much; sleep 1000');
    expect(await outcomeOf(await driver.start(disk))).toMatchObject({ limit: 'disk-limit' });
    // The Job's own deadline, which comes fifteen minutes after the runner's: here, a minute from now.
    const time = await specFor('sleep 1000', { seconds: 60 - collectSeconds - 300 });
    const late = await outcomeOf(await driver.start(time));
    expect(late).toMatchObject({ limit: 'time-limit', filesLost: expect.stringContaining('its pod was gone') });
  });

  test('what cannot begin ends in the cluster’s words', async () => {
    const none = { ...(await specFor('true')), image: 'registry.invalid/none:1' };
    await expect(driver.start(none)).rejects.toThrow(/ImagePull.*registry\.invalid\/none:1/);
    const unwanted = new AbortController();
    const large = driver.start(await specFor('true', { cpus: 4000 }), unwanted.signal);
    setTimeout(() => unwanted.abort(new Error('cancelled')), 5000);
    await expect(large).rejects.toThrow('cancelled');
    const left = () => cluster.listJobs(`${ownerLabel}=${owner}-${installation}`);
    await expect.poll(left).toEqual([]);
  });

  test('a whole task: set-up, the stock client, its commands in its own sandbox, and its diff', async () => {
    // There is one port.
    driver.close();
    makeRepository(join(folder, 'served/app.git'), [{ 'greeting.txt': 'hello\n' }]);
    const shout = shellCommand(
      'tr a-z A-Z < greeting.txt > loud.txt; touch /home/agent/beyond || echo kept in | tr a-z A-Z',
    );
    const model = await startResponsesServer({ script: eachTurn(shout, message('I shouted.')) });
    const reeve = new RunnerStandIn(join(folder, 'served'));
    const lines: string[] = [];
    const runner = await startRunner({
      config: readRunnerConfig(
        { server: await reeve.listen(), name: owner, data: join(folder, 'runner'), driver: ['kubernetes'], image },
        {
          ...{
            REEVE_CLIENTS_FOLDER: clientPins,
            REEVE_RUNNER_TOKEN: 'rt-test',
            REEVE_RUNNER_KUBERNETES_IMAGE: image,
          },
          ...{ REEVE_RUNNER_KUBERNETES_ADDRESS: address, REEVE_RUNNER_KUBERNETES_NAMESPACE: place.namespace },
          ...{
            REEVE_RUNNER_KUBERNETES_CONFIG: kubeconfig,
            REEVE_RUNNER_KUBERNETES_SECCOMP_PROFILE: profile || undefined,
          },
        },
      ),
      ...{ version: 'test', bubblewraps: async () => [], log: (line: string) => void lines.push(line) },
      clientFolder: (version) => runnerProgram.clientFolder(version, clientPins),
      askToken: () => Promise.reject(new Error('has a token')),
    });
    try {
      const job = makeJob(1, model, { prompt: 'shout it', setupScript: 'echo prepared > made-by-setup' });
      const sandbox = profile === '' ? 'danger-full-access' : 'workspace-write';
      const configToml = job.agent.configToml.replace('danger-full-access', sandbox);
      const limits = { ...job.limits, cpus: 0.5, memoryMb: 1024, seconds: 480 };
      const told = reeve.add({
        ...job,
        limits,
        agent: { ...job.agent, configToml },
        driver: 'kubernetes',
        runtime: 'runc',
      });
      const why = () => [...lines, logOf(told)].join('\n');
      const asked = { failure: why, timeoutMs: 9 * minutes };
      const finish = await reeve.traffic.until(() => told.finish ?? undefined, asked);
      expect(finish, why()).toMatchObject({ ending: 'changed', answer: 'I shouted.' });
      expect(told.diff).toContain('+HELLO');
      expect(told.diff).not.toContain('made-by-setup');
      if (profile !== '') expect(logOf(told)).toContain('KEPT IN');
    } finally {
      await runner.stop(0);
      reeve.close();
      await model.close();
      driver = open();
    }
  });

  /** The driver in a process of its own, that one may do something to. */
  async function startElsewhere(spec: ContainerSpec, whose: string) {
    const file = pathToFileURL(join(import.meta.dirname, 'kubernetes-driver.ts')).href;
    const program = `
      const { openKubernetesDriver } = await import(${JSON.stringify(file)});
      const { options, spec } = JSON.parse(process.argv[1]);
      const container = await openKubernetesDriver(options).start(spec);
      for await (const chunk of container.stdout) process.stdout.write(chunk);`;
    const options = { place, owner: whose, installation, defaultImage: image };
    const args = ['--input-type=module', '-e', program, JSON.stringify({ options, spec })];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await hears(child.stdout, 'begun');
    return child;
  }

  test.each(['SIGKILL', 'SIGSTOP'] as const)('a runner that gets %s takes its task with it', async (signal) => {
    // There is one port.
    driver.close();
    const whose = `${owner}-${signal.toLowerCase()}`;
    const runner = await startElsewhere(await specFor('echo begun; sleep 1000'), whose);
    try {
      const [job] = await cluster.listJobs(`${ownerLabel}=${whose}-${installation}`);
      const podOf = () => cluster.podOf(job?.metadata?.name ?? '');
      expect(endOfPod((await podOf()) ?? {})).toBeNull();
      runner.kill(signal);
      const end = async () => endOfPod((await podOf()) ?? {});
      await expect.poll(end, { timeout: minutes }).toMatchObject({ signal: 'SIGKILL', limit: null });
      const phase = async () => (await podOf())?.status?.phase;
      await expect.poll(phase, { timeout: minutes }).toBe('Failed');
      runner.kill('SIGKILL');
      driver = open();
      await expect.poll(() => driver.reap(whose)).toBe(1);
      await expect.poll(podOf, { timeout: minutes }).toBeNull();
      expect(await driver.reap(whose)).toBe(0);
    } finally {
      runner.kill('SIGKILL');
    }
  });
});
