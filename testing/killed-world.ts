import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { logLineContext } from '#server/cloud/attempts/expire-leases.ts';
import { readConfig } from '#server/config.ts';
import { openKeys } from '#server/open-keys.ts';
import type { Services } from '#server/services.ts';
import { createServices, openMigratedDatabase } from '#server/start.ts';
import { clientPins, ensureClient } from '#server/stock-client/install-client.ts';
import { type Program, startProgram } from '#server/stock-client/start-program.ts';
import { connectRepository, hostedSettings, setupSecret } from './hosted-world.ts';
import { foundOrganisation, type Organisation, type Person } from './organisation.ts';
import { programEnvironment } from './program-environment.ts';
import { openInstallation, ownerLinkIn } from './reeve-program.ts';
import type { Simulator } from './servers/github/simulator.ts';
import { startGithub } from './servers/github/start-github.ts';
import type { Script } from './servers/model-script.ts';
import { startPostgres } from './servers/postgres.ts';
import { type ResponsesServer, startResponsesServer } from './servers/responses.ts';

/** A program that is killed now and then; `current` is its process of now, or the last one. */
export interface Killed {
  readonly current: Program;
  /** kill -9, what is done while nobody is there, then its next process; resolves when that one is. */
  killAndStart(afterwards?: () => Promise<void>): Promise<void>;
}

export interface KilledWorld {
  owner: Person;
  github: Simulator;
  model: ResponsesServer;
  /** What is stored, beside the processes of the server. */
  services: Services;
  environmentId: string;
  server: Killed;
  runner: Killed;
  /** Names of the processes that containers of the runner have. */
  containers(): Promise<string[]>;
  /** What the runner has of attempts. */
  attemptFolders(): Promise<string[]>;
  /** A task's attempt as it is stored, and what its world says last: for a failure that no other run may show again. */
  describe(taskId: string): Promise<string>;
}

const model = 'corp-model';

function keepAlive(first: Program, next: () => Promise<Program>): Killed {
  let current = first;
  return {
    get current() {
      return current;
    },
    async killAndStart(afterwards = async () => undefined) {
      current.kill('SIGKILL');
      await current.exit;
      await afterwards();
      current = await next();
    },
  };
}

async function openBeside(environment: Record<string, string>, origin: string): Promise<Services> {
  const config = readConfig(environment);
  const { opened } = await openMigratedDatabase(config);
  onTestFinished(() => opened.close());
  const keys = await openKeys(config, opened.db);
  return createServices({ config, log: pino({ level: 'silent' }) }, { origin, opened, keys });
}

async function makeEnvironment({ organisation, repositoryId }: { organisation: Organisation; repositoryId: string }) {
  const { owner } = organisation;
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  const free = 'allowed_sandbox_modes = ["read-only", "workspace-write", "danger-full-access"]\n';
  await organisation.assign([], (await organisation.addPolicy('Free', free)).id);
  const { id } = await owner.api.environments.create({ ...hostedSettings, repositoryIds: [repositoryId] });
  await owner.api.environments.setSecret({ id, name: 'NPM_TOKEN', value: setupSecret });
  return id;
}

/** Every process that a container of this runner has, by the files it sees; what each runs. */
async function containersOf(dataFolder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const mounts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '')));
  const found = pids.filter((_, at) => mounts[at]?.includes(join(dataFolder, 'attempts')));
  return Promise.all(found.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'gone')));
}

const lastLines = (text: string, count: number): string => text.trimEnd().split('\n').slice(-count).join('\n');

/** Past the server, which may be what hangs. */
async function describeTask(
  { services, server, runner, containers, model: upstream }: Omit<KilledWorld, 'describe'>,
  taskId: string,
): Promise<string> {
  const { db, secrets } = services;
  const row = await db.selectFrom('cloud_attempts').selectAll().where('task_id', '=', taskId).executeTakeFirst();
  const attemptId = row?.id ?? '';
  const log = await db
    .selectFrom('cloud_log')
    .select(['seq', 'at', 'kind', 'sealed_text'])
    .where('attempt_id', '=', attemptId)
    .orderBy('seq', 'desc')
    .limit(25)
    .execute();
  const lines = log.reverse().map(async ({ seq, at, kind, sealed_text }) => {
    const text = await secrets.open(sealed_text, logLineContext(attemptId, seq));
    return `  ${at.toISOString()} ${seq} ${kind}: ${lastLines(text, 3)}`;
  });
  const ofProgram = (name: string, { current }: Killed) =>
    `the ${name} ${current.running ? 'runs' : 'HAS ENDED'}; it said last:\n${lastLines(current.stdout + current.stderr, 12)}`;
  return [
    `${new Date().toISOString()} ${JSON.stringify(row)}`,
    `in containers: ${(await containers()).map((name) => name.trim()).join(' ') || 'nothing'}`,
    `the model’s last answers: ${upstream.requests.slice(-3).map(({ outcome }) => outcome)}`,
    ofProgram('runner', runner),
    ofProgram('server', server),
    ...(await Promise.all(lines)),
  ].join('\n');
}

/**
 * A server and a runner as processes of their own, over a real PostgreSQL and a real repository, with the stock client and a model that
 * follows the script. All of it ends with the test.
 */
export async function openKilledWorld(script: Script): Promise<KilledWorld> {
  const folder = await mkdtemp('/var/tmp/reeve-kills-');
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const [postgres, github, upstream] = await Promise.all([
    startPostgres(),
    startGithub(),
    startResponsesServer({ apiKey: 'sk-upstream', models: [model], script }),
    ensureClient('0.169.0'),
  ]);
  onTestFinished(async () => {
    await Promise.all([upstream.close(), github.close()]);
    await postgres.stop();
  });
  await writeFile(join(folder, 'github.pem'), github.authorityPem);
  const reeve = await openInstallation({
    REEVE_DATABASE_URL: postgres.url,
    REEVE_EMBEDDED_RUNNER: 'off',
    NODE_EXTRA_CA_CERTS: join(folder, 'github.pem'),
  });
  const first = await reeve.serve();
  const organisation = await foundOrganisation(reeve, ownerLinkIn(first.stdout));
  await organisation.serveModel({ baseUrl: upstream.baseUrl, apiKey: 'sk-upstream' }, model);
  const { owner, workspaceId } = organisation;
  const services = await openBeside(
    { REEVE_DATA: reeve.dataFolder, REEVE_DATABASE_URL: postgres.url, REEVE_URL: reeve.origin },
    reeve.origin,
  );
  const repositoryId = await connectRepository(services, { workspaceId, owner, github });
  const environmentId = await makeEnvironment({ organisation, repositoryId });
  await writeFile(join(folder, 'reeve.pem'), organisation.authorityPem);
  const { token } = await owner.api.runners.createToken({});
  const data = join(folder, 'runner');
  const startRunner = async () => {
    const program = startProgram(process.execPath, ['server/main.ts', 'run', '--driver', 'process'], {
      cwd: join(import.meta.dirname, '..'),
      env: {
        ...programEnvironment(),
        REEVE_RUNNER_SERVER: reeve.origin,
        REEVE_RUNNER_CA: join(folder, 'reeve.pem'),
        REEVE_RUNNER_DATA: data,
        REEVE_RUNNER_TOKEN: token,
        REEVE_CLIENTS_FOLDER: clientPins,
      },
    });
    await program.waitForOutput(/works for/, { timeoutMs: 60_000 });
    return program;
  };
  const runner = keepAlive(await startRunner(), startRunner);
  onTestFinished(async () => {
    runner.current.kill('SIGKILL');
    await runner.current.exit;
  });
  const world = {
    ...{ owner, github, model: upstream, services, environmentId, runner },
    server: keepAlive(first, () => reeve.serve()),
    containers: () => containersOf(data),
    attemptFolders: () => readdir(join(data, 'attempts')),
  };
  return { ...world, describe: (taskId) => describeTask(world, taskId) };
}
