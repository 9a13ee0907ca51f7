import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type EgressAttempt, noInternet } from '#contract/internet-access.ts';
import type { Job } from '#contract/runner-protocol.ts';
import type { LogEntry } from '#contract/task-states.ts';
import { Condition } from '#server/stock-client/condition.ts';
import { answerGit } from './servers/git-http.ts';
import type { ResponsesServer } from './servers/responses.ts';

export interface Told {
  job: Job;
  leasedTo: string | null;
  states: string[];
  entries: Map<number, LogEntry>;
  egress: EgressAttempt[];
  facts: Record<string, unknown>;
  diff: string | null;
  /** What was shown before the end. */
  previews: string[];
  session: Buffer | null;
  finish: { ending: string; detail: string | null; answer: string | null } | null;
  order: 'go-on' | 'cancel' | 'stop';
  /** What heartbeats say of its internet; the job’s own when left out. */
  internet?: Job['internet'];
  secretsAsked: number;
}

/** Shorter than Reeve's, and long enough for a machine that stands still for some seconds. */
export const standInLeaseSeconds = 14;
const pace = { heartbeatSeconds: 0.5, leaseSeconds: standInLeaseSeconds };

/** Says what `contract/runner-protocol.ts` says, to any number of runners, from memory: the real server is tested elsewhere. */
export class RunnerStandIn {
  readonly attempts = new Map<string, Told>();
  readonly queue: string[] = [];
  readonly traffic = new Condition();
  readonly secrets: { name: string; value: string }[] = [];
  readonly repositories: string;
  heartbeats = 0;
  /** Processes of registered runners that began. */
  hellos = 0;
  /** Heartbeats of everybody are left without an answer. */
  isDeaf = false;
  isDraining = false;
  /** So many answers that give something out are lost on their way. */
  lostAnswers = 0;
  /** What was given to which claim. */
  readonly #given = new Map<string, string>();
  /** Runners that wait for work. */
  claiming = 0;
  dropCaches: string[] = [];
  startingDiff = '';
  formerSession: Buffer | null = null;
  #runners = new Map<string, string>();
  #server = createServer((request, response) => void this.#answer(request, response));

  constructor(repositories: string) {
    this.repositories = repositories;
  }
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
  add(job: Job): Told {
    const told: Told = {
      job,
      leasedTo: null,
      states: [],
      entries: new Map(),
      egress: [],
      facts: {},
      diff: null,
      previews: [],
      session: null,
      finish: null,
      order: 'go-on',
      secretsAsked: 0,
    };
    this.attempts.set(job.attemptId, told);
    this.queue.push(job.attemptId);
    this.traffic.changed();
    return told;
  }
  ended = (told: Told) =>
    this.traffic.until(() => told.finish ?? undefined, { failure: () => `no end: ${logOf(told)}`, timeoutMs: 90_000 });

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://reeve');
    const runner = this.#runners.get((request.headers.authorization ?? '').replace('Bearer ', ''));
    const reply = (body: unknown, status = 200) => response.writeHead(status).end(JSON.stringify(body));
    const refuse = (status: number, code: string) => reply({ error: { code, message: code } }, status);
    const [, attemptId = '', what = ''] = /^\/runner\/v1\/attempts\/([^/]+)\/(.*)$/.exec(url.pathname) ?? [];
    const told = this.attempts.get(attemptId);
    if (what.startsWith('repository.git')) {
      if (!told || told.leasedTo !== runner || request.headers['reeve-epoch'] !== String(told.job.epoch))
        return void refuse(409, 'lease-lost');
      return answerGit(this.repositories, `/app.git${what.slice('repository.git'.length)}`, request, response);
    }
    const body = await buffer(request);
    const json = () => JSON.parse(body.toString());
    if (url.pathname === '/runner/v1/register') {
      const secret = `rr-${randomBytes(8).toString('hex')}`;
      this.#runners.set(secret, `run_${this.#runners.size + 1}`);
      return void reply({ runnerId: this.#runners.get(secret), secret, ...pace });
    }
    if (runner === undefined) return void refuse(401, 'runner-unknown');
    if (url.pathname === '/runner/v1/hello') {
      this.hellos += 1;
      return void reply(pace);
    }
    if (url.pathname === '/runner/v1/heartbeat') {
      this.heartbeats += 1;
      if (this.isDeaf) return;
      const leases = json().running.map((one: { attemptId: string; epoch: number }) => {
        const known = this.attempts.get(one.attemptId);
        const isHeld = known?.leasedTo === runner && known.job.epoch === one.epoch && known.finish === null;
        return { ...one, order: isHeld ? known.order : 'stop', internet: known?.internet ?? known?.job.internet };
      });
      return void reply({ leases, isDraining: this.isDraining, dropCaches: this.dropCaches });
    }
    if (url.pathname === '/runner/v1/claim') {
      this.claiming += 1;
      response.on('close', () => {
        this.claiming -= 1;
        this.traffic.changed();
      });
      const take = () => (response.destroyed ? 'nobody' : this.queue.shift());
      const next = await this.traffic.until(take, { timeoutMs: 500, failure: () => '' }).catch(() => 'nobody');
      const { claimId } = json();
      const given = this.attempts.get(this.#given.get(claimId) ?? next);
      if (given) {
        given.leasedTo = runner;
        this.#given.set(claimId, given.job.attemptId);
        if (this.lostAnswers-- > 0) return void response.destroy();
      }
      return void reply({ job: given?.job ?? null });
    }
    const epoch = Number(
      url.searchParams.get('epoch') ?? (body.length > 0 && request.method === 'POST' ? json().epoch : 0),
    );
    const isLate = told?.finish && what !== 'finish';
    if (!told || told.leasedTo !== runner || told.job.epoch !== epoch || isLate) return void refuse(409, 'lease-lost');
    if (what === 'diff' && url.searchParams.get('final') === 'false') {
      told.previews.push(body.toString());
      response.writeHead(200).end('{}');
    } else this.#take(told, what, body, response);
    this.traffic.changed();
  }
  #take(told: Told, what: string, body: Buffer, response: ServerResponse): void {
    const reply = (text: string | Buffer) => response.writeHead(200).end(text);
    if (what === 'report') {
      const { state, entries, egress, epoch: _, ...facts } = JSON.parse(body.toString());
      if (state) told.states.push(state);
      for (const entry of entries as LogEntry[]) told.entries.set(entry.seq, entry);
      told.egress.push(...egress);
      Object.assign(told.facts, facts);
    } else if (what === 'finish') told.finish ??= JSON.parse(body.toString());
    else if (what === 'diff') told.diff = body.toString();
    else if (what === 'secrets') {
      told.secretsAsked += 1;
      return void reply(JSON.stringify({ secrets: this.secrets }));
    } else if (what === 'starting-diff') return void reply(this.startingDiff);
    else if (what === 'session') {
      if (body.length === 0) return void reply(this.formerSession ?? '');
      told.session = body;
    }
    reply('{}');
  }
}

/** A line for each entry. */
export const logOf = (told: Told) =>
  [...told.entries.values()]
    .sort((one, other) => one.seq - other.seq)
    .map(({ kind, text, exitCode }) => `${kind}: ${text.trimEnd()}${exitCode === null ? '' : ` (${exitCode})`}`)
    .join('\n');

export type JobParts = Omit<Partial<Job>, 'limits'> & { limits?: Partial<Job['limits']> };

/** A job on `corp/app` for a client whose model is that scripted one. */
export function makeJob(number: number, model: ResponsesServer, { limits, ...more }: JobParts): Job {
  const config = `model = "corp-model"\nmodel_provider = "scripted"\napproval_policy = "never"\nsandbox_mode = "danger-full-access"
[model_providers.scripted]\nname = "scripted"\nbase_url = "${model.baseUrl}"\nwire_api = "responses"\n[features]\napps = false\nplugins = false\n`;
  return {
    attemptId: `att_${number}`,
    epoch: 1,
    kind: 'task',
    taskId: `task_${number}`,
    turnNumber: 1,
    placement: 0,
    mode: 'code',
    prompt: '',
    driver: 'process',
    runtime: 'process',
    image: { kind: 'default' },
    limits: {
      ...{
        cpus: 1,
        memoryMb: 2048,
        processes: 256,
        diskMb: 512,
        outputBytes: 200_000,
        diffBytes: 100_000,
        seconds: 60,
      },
      ...limits,
    },
    setupScript: '',
    maintenanceScript: '',
    variables: [{ name: 'COLOUR', value: 'green' }],
    secretNames: [],
    internet: { setup: noInternet, agent: noInternet, agentOffBecause: 'internet-off' },
    cache: null,
    repository: {
      ...{ name: 'corp/app', folder: 'app', branch: 'main', commit: null },
      remoteUrl: 'https://git.corp.test/corp/app.git',
      isDefaultBranch: true,
    },
    before: { hasSession: false, hasDiff: false },
    agent: {
      clientVersion: '0.169.0',
      configToml: config,
      token: 'at-of-this-attempt',
      model: null,
      authApiUrl: `http://127.0.0.1:${model.port}/api/accounts`,
      gatewayOrigin: `http://127.0.0.1:${model.port}`,
      gatewayPaths: ['/v1/', '/api/accounts/'],
    },
    ...more,
  };
}
