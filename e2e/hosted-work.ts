import type { EgressAttempt } from '#contract/internet-access.ts';
import type { Job } from '#contract/runner-protocol.ts';
import type { AttemptState, Ending, LogEntry } from '#contract/task-states.ts';
import { plainEnvironment } from '#testing/environment-tests.ts';
import { seedGitAccount, seedGithub } from '#testing/git-repositories.ts';
import type { Person } from '#testing/organisation.ts';
import { type RunnerApi, type RunnerCaller, startRunnerApi } from '#testing/runner-client.ts';
import { branchCommit } from '#testing/servers/github/git-folder.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import { type ExampleOrganisation, openExampleOrganisation } from './example-organisation.ts';

type Line = Pick<LogEntry, 'kind' | 'text'> & Partial<Pick<LogEntry, 'phase' | 'item' | 'exitCode'>>;

/** One attempt in the hands of whoever plays its runner. */
export interface AttemptAtWork {
  job: Job;
  /** The next lines of its log, with what else a report says. */
  say(lines: Line[], more?: { state?: AttemptState; egress?: Partial<EgressAttempt>[] }): Promise<void>;
  change(diff: string, isFinal?: boolean): Promise<void>;
  finish(ending: Ending, answer?: string | null, detail?: string | null): Promise<void>;
}

export interface HostedWork extends ExampleOrganisation {
  github: Simulator;
  grace: Person;
  environmentId: string;
  repositoryId: string;
  /** The newest commit of the branch that tasks begin with. */
  headCommit(): Promise<string>;
  /** Waits for work and takes it. */
  take(): Promise<AttemptAtWork>;
}

/** The file that tasks work on, and a change of it as git says it. */
export const readme = ['# Billing', '', 'Totals are added up.', 'Lines have a price.', ''].join('\n');
export const readmeDiff = [
  'diff --git a/README.md b/README.md',
  'index 1111111..2222222 100644',
  '--- a/README.md',
  '+++ b/README.md',
  '@@ -1,4 +1,5 @@',
  ' # Billing',
  ' ',
  '-Totals are added up.',
  '+Totals are added up and rounded once.',
  '+Rounding each line would lose cents.',
  ' Lines have a price.',
  '',
].join('\n');

async function connectRepository({ reeve, organisation }: ExampleOrganisation, github: Simulator, member: Person) {
  github.addUser('octo-ada', { name: 'Ada Lovelace' });
  const account = github.addUser('octo-grace', { name: 'Grace Hopper', email: 'grace.hopper@example.com' });
  github.addOrganization('acme', { owners: ['octo-ada'] });
  const repository = await github.addRepository('acme/billing', {
    files: { 'README.md': readme },
    collaborators: { 'octo-grace': 'write' },
  });
  const permissions = { contents: 'write', pull_requests: 'write', workflows: 'write' } as const;
  const made = github.createApp({ owner: 'acme', name: 'Reeve', permissions, events: ['pull_request'] });
  const installation = await github.install(made.app, 'acme');
  const { workspaceId } = organisation;
  const place = { workspaceId, createdBy: 'Ada Lovelace' };
  const connected = await seedGithub(reeve.services, place, { github, made, installation });
  const { connectionId } = connected;
  await seedGitAccount(reeve.services, { workspaceId, memberId: member.memberId, connectionId }, account);
  return { repository, repositoryId: connected.repositories.get('acme/billing') ?? '' };
}

const taken = async (runner: RunnerCaller, baseCommit: string): Promise<AttemptAtWork> => {
  const job = await runner.claim(15);
  if (!job) throw new Error('no attempt was given out');
  const { attemptId, epoch } = job;
  const must = async (method: string, path: string, body: unknown, headers?: Record<string, string>) => {
    const answered = await runner.call(method, `/attempts/${attemptId}${path}`, body, headers);
    if (answered.status !== 200) throw new Error(`${path}: ${answered.status} ${JSON.stringify(answered.body)}`);
  };
  let seq = 0;
  return {
    job,
    async say(lines, { state, egress = [] } = {}) {
      const at = () => new Date().toISOString();
      const entries = lines.map(({ phase = 'agent', item = null, exitCode = null, ...line }) => {
        seq += 1;
        return { seq, at: at(), phase, item, exitCode, ...line };
      });
      const attempts = egress.map((attempt) => ({
        at: at(),
        phase: 'agent',
        method: 'GET',
        port: 443,
        path: '/',
        isAllowed: false,
        rule: 'domain-not-listed',
        address: null,
        status: null,
        sentBytes: 0,
        receivedBytes: 0,
        ...attempt,
      }));
      await must('POST', '/report', { epoch, entries, egress: attempts, baseCommit, ...(state && { state }) });
    },
    change: (diff, isFinal = false) =>
      must('PUT', `/diff?epoch=${epoch}&final=${isFinal}`, diff, { 'content-type': 'text/x-diff' }),
    finish: (ending, answer = null, detail = null) =>
      must('POST', '/finish', { epoch, ending, detail, answer, commits: { base: baseCommit }, usage: null }),
  };
};

const heartbeatMs = 5_000;

/** Codex cloud at the example organisation: a repository on a GitHub of its own, an environment, and a runner that a test plays. */
export async function openHostedWork(): Promise<HostedWork> {
  const example = await openExampleOrganisation({ REEVE_EMBEDDED_RUNNER: 'off' });
  const { organisation, reeve } = example;
  const { api } = organisation.owner;
  await api.workspace.updateSettings({ codexCloudEnabled: true, agentInternetAllowed: true });
  const grace = await organisation.addMember({ name: 'Grace Hopper', role: 'codex-user' });
  const github = await startGithub({ isPlain: true });
  const { repository, repositoryId } = await connectRepository(example, github, grace);
  const { id: environmentId } = await api.environments.create(
    plainEnvironment([repositoryId], {
      label: 'Billing service',
      sharing: 'workspace',
      isCacheOn: false,
      setupScript: '',
    }),
  );
  const runners: RunnerApi = await startRunnerApi(reeve.services);
  const runner = await runners.register(organisation.workspaceId);
  const atWork = new Set<AttemptAtWork>();
  const beating = setInterval(() => {
    const running = [...atWork].map(({ job: { attemptId, epoch } }) => ({ attemptId, epoch }));
    runner.heartbeat(running).catch(() => undefined);
  }, heartbeatMs);
  const headCommit = async () => (await branchCommit(repository.folder, 'main')) ?? '';
  return {
    ...example,
    github,
    grace,
    environmentId,
    repositoryId,
    headCommit,
    async take() {
      const attempt = await taken(runner, await headCommit());
      atWork.add(attempt);
      return attempt;
    },
    async close() {
      clearInterval(beating);
      await runners.close();
      await example.close();
      await github.close();
    },
  };
}
