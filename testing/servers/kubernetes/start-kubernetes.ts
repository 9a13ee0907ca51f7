import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { V1Job } from '@kubernetes/client-node';
import { Job } from 'kubernetes-models/batch/v1';
import { createTestAuthority } from '../test-authority.ts';
import { isRefused, runPod, type StandInPod } from './run-pod.ts';

export interface StandInKubernetes {
  kubeconfig: string;
  /** `verb resource` of every call, as a Role would name it. */
  calls: Set<string>;
  jobs: ReadonlyMap<string, V1Job>;
  pods: ReadonlyMap<string, StandInPod>;
  /** As a job whose pod somebody deleted, or that deleted it itself at its deadline: its processes end first, which is seen once, and then it is gone. */
  loseLastPod(reason: 'BackoffLimitExceeded' | 'DeadlineExceeded'): Promise<void>;
  /** Where the API server listens. */
  port: number;
  /** Whether pods reach the API server, as where nobody holds network policies. */
  isOpen: boolean;
  /** Connections to it break, as when it is away. */
  isAway: boolean;
  /** Where pods that are made from now on find their runner, for what is to happen on the way; null: where it says. */
  runnerAddress: string | null;
  close(): Promise<void>;
}

interface Answer {
  code: number;
  body: object;
}

const status = (code: number, reason: string, message: string): Answer => ({
  code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, metadata: {} },
});

const ok = (body: object, code = 200): Answer => ({ code, body });

/** Equality-based selectors, the only ones that are asked for. */
function matches(labels: Record<string, string> | undefined, selector: string | null): boolean {
  return (selector ?? '')
    .split(',')
    .filter(Boolean)
    .every((part) => {
      const [name = '', value] = part.split('=');
      return labels?.[name] === value;
    });
}

/** Where nobody listens, and no program is ever given a port: one that was free a moment ago may be another test's by now. */
const closedPort = 1;

class Cluster {
  readonly calls = new Set<string>();
  readonly jobs = new Map<string, V1Job>();
  readonly pods = new Map<string, StandInPod>();
  /** Pods that are being deleted: since when, and whether their processes are gone. */
  private readonly going = new Map<string, { since: string; isOver: boolean }>();
  isOpen = false;
  runnerAddress: string | null = null;
  apiPort = 0;

  private async create(request: IncomingMessage): Promise<Answer> {
    const said = await text(request);
    const body = JSON.parse(said) as V1Job;
    try {
      new Job(JSON.parse(said)).validate();
    } catch (error) {
      return status(422, 'Invalid', `Job is invalid: ${(error as Error).message}`);
    }
    const name = body.metadata?.name ?? '';
    if (this.jobs.has(name)) return status(409, 'AlreadyExists', `jobs.batch "${name}" already exists`);
    this.jobs.set(name, body);
    const port = this.isOpen ? this.apiPort : closedPort;
    const env = {
      ...{ KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) },
      ...(this.runnerAddress === null ? {} : { REEVE_KEEPER_RUNNER: this.runnerAddress }),
    };
    if (!isRefused(body)) this.pods.set(name, await runPod(body, env));
    return ok(body, 201);
  }

  private async removePod(job: string): Promise<void> {
    const pod = this.pods.get(job);
    this.pods.delete(job);
    this.going.delete(job);
    await pod?.remove();
  }

  private async remove(name: string): Promise<Answer> {
    const job = this.jobs.get(name);
    if (!job) return status(404, 'NotFound', `jobs.batch "${name}" not found`);
    this.jobs.delete(name);
    await this.removePod(name);
    return ok({ kind: 'Status', apiVersion: 'v1', status: 'Success', metadata: {} });
  }

  async losePod(name: string, reason: string): Promise<void> {
    const [job, pod] = [this.jobs.get(name), this.pods.get(name)];
    if (job) job.status = { failed: 1, conditions: [{ type: 'Failed', status: 'True', reason }] };
    const going = { since: new Date().toISOString(), isOver: false };
    this.going.set(name, going);
    await pod?.kill();
    going.isOver = true;
  }

  private async listPods(selector: string | null): Promise<Answer> {
    const items = [...this.pods].map(([job, { name, status: now }]) => {
      const labels = this.jobs.get(job)?.spec?.template.metadata?.labels;
      const deletionTimestamp = this.going.get(job)?.since;
      return { job, metadata: { name, labels, deletionTimestamp }, status: now };
    });
    const matching = items.filter(({ metadata }) => matches(metadata.labels, selector));
    // It is in this answer still, and in no other.
    for (const { job } of matching) if (this.going.get(job)?.isOver) await this.removePod(job);
    const found = matching.map(({ metadata, status: now }) => ({ metadata, status: now }));
    return ok({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: found });
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'https://api');
    const { method } = request;
    if (/^\/version\/?$/.test(url.pathname)) return ok({ major: '1', minor: '32', gitVersion: 'v1.32.0-stand-in' });
    const [, resource = '', name] =
      /^\/(?:api|apis\/batch)\/v1\/namespaces\/tasks\/(\w+)(?:\/([\w.-]+))?$/.exec(url.pathname) ?? [];
    const verbs: Record<string, string> = {
      POST: 'create',
      GET: name === undefined ? 'list' : 'get',
      DELETE: 'delete',
    };
    const call = `${verbs[method ?? ''] ?? method} ${resource || url.pathname}`;
    this.calls.add(call);
    const selector = url.searchParams.get('labelSelector');
    if (call === 'create jobs') return this.create(request);
    if (call === 'delete jobs') return this.remove(name ?? '');
    if (call === 'list pods') return this.listPods(selector);
    if (call === 'get jobs') {
      const job = this.jobs.get(name ?? '');
      return job ? ok(job) : status(404, 'NotFound', `jobs.batch "${name}" not found`);
    }
    if (call === 'list jobs') {
      const items = [...this.jobs.values()].filter(({ metadata }) => matches(metadata?.labels, selector));
      return ok({ kind: 'JobList', apiVersion: 'batch/v1', metadata: {}, items });
    }
    return status(403, 'Forbidden', `${call} is forbidden`);
  }
}

/** Its pods share this machine's network, and with it the one port of their way out: one stand-in at a time, whoever's test it is. */
async function takeTurn(): Promise<() => void> {
  for (;;) {
    const turn = createServer();
    const isMine = await new Promise<boolean>((resolve) => {
      turn.once('error', () => resolve(false));
      turn.listen('\0reeve-kubernetes-stand-in', () => resolve(true));
    });
    if (isMine) return () => void turn.close();
    await setTimeout(200);
  }
}

/**
 * What a driver meets of a Kubernetes cluster: the API for jobs and pods over TLS, every job checked against the published schemas, and a
 * kubelet that really runs its containers, in namespaces. No scheduler, no limits, no network policies: only a real cluster has those.
 */
export async function startKubernetes(): Promise<StandInKubernetes> {
  const endTurn = await takeTurn();
  const authority = await createTestAuthority('Cluster');
  const { certificatePem, keyPem } = await authority.issueServer();
  const cluster = new Cluster();
  const token = 'sa-token-of-the-runner';
  let isAway = false;
  const server = https.createServer({ cert: certificatePem, key: keyPem }, async (request, response) => {
    if (isAway) return void request.socket.destroy();
    const { code, body } =
      request.headers.authorization === `Bearer ${token}`
        ? await cluster.answer(request)
        : status(401, 'Unauthorized', 'Unauthorized');
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cluster.apiPort = (server.address() as AddressInfo).port;
  const folder = await mkdtemp(join(tmpdir(), 'reeve-kubeconfig-'));
  const kubeconfig = join(folder, 'config');
  const ca = Buffer.from(authority.pem).toString('base64');
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'it' },
    clusters: [
      { name: 'it', cluster: { server: `https://127.0.0.1:${cluster.apiPort}`, 'certificate-authority-data': ca } },
    ],
    users: [{ name: 'runner', user: { token } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'runner', namespace: 'tasks' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  return {
    ...{ kubeconfig, calls: cluster.calls, jobs: cluster.jobs, pods: cluster.pods, port: cluster.apiPort },
    loseLastPod: (reason) => cluster.losePod([...cluster.jobs.keys()].at(-1) ?? '', reason),
    get isOpen() {
      return cluster.isOpen;
    },
    set isOpen(value) {
      cluster.isOpen = value;
    },
    get runnerAddress() {
      return cluster.runnerAddress;
    },
    set runnerAddress(value) {
      cluster.runnerAddress = value;
    },
    get isAway() {
      return isAway;
    },
    set isAway(value) {
      isAway = value;
      if (value) server.closeAllConnections();
    },
    close: async () => {
      for (const pod of cluster.pods.values()) await pod.remove();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      endTurn();
    },
  };
}
