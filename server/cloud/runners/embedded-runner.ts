import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { systemActor } from '#server/audit/index.ts';
import { programPath } from '#server/config.ts';
import { type Repeating, repeat } from '#server/jobs/repeat.ts';
import { replaceFile } from '#server/private-file.ts';
import type { Services } from '#server/services.ts';
import { findEmbeddedRunner, findEmbeddedWorkspace } from './embedded-queries.ts';
import { createRunnerToken } from './runner-tokens.ts';

/** The runner's own file, as far as it is read here. */
const Registration = z.object({ runnerId: z.string(), origin: z.string() });

export interface EmbeddedPlace {
  /** Where this server is reached from its own machine. */
  localAddress: { host: string; port: number };
  authorityPem: string | null;
}

type Part = Pick<Services, 'config' | 'origin' | 'db' | 'clock' | 'log' | 'signals'>;

const lookMs = 3_000;
const killAfterMs = 10_000;
const tokenHours = 24;
const program = join(import.meta.dirname, '../../main.ts');
const removedHere =
  'The runner of this server was removed. Set REEVE_EMBEDDED_RUNNER=on and restart Reeve to have it again.';

const problems = new WeakMap<object, string>();

/** Why this server runs no tasks on its own machine though it is meant to; null where it does. */
export const embeddedProblem = ({ signals }: Pick<Services, 'signals'>): string | null => problems.get(signals) ?? null;

async function readRegistration(folder: string, origin: string): Promise<string | null> {
  const text = await readFile(join(folder, 'runner.json'), 'utf8').catch(() => null);
  const read = text === null ? null : Registration.safeParse(JSON.parse(text));
  return read?.success && read.data.origin === origin ? read.data.runnerId : null;
}

/** One that a runner which could not start has not used is for the next try. */
const unused = new WeakMap<object, { token: string; until: number }>();

/** A token for the runner where it needs one; null where it is registered. `removed`: somebody took it away. */
async function tokenFor({ db, clock, config, origin, signals }: Part, workspaceId: string, folder: string) {
  const known = await readRegistration(folder, origin);
  const row = known === null ? undefined : await findEmbeddedRunner(db, workspaceId, known);
  if (row && row.removed_at === null) {
    unused.delete(signals);
    return { token: null };
  }
  if (row && config.embeddedRunner !== 'on') return 'removed';
  // Left by another database, or by a runner that is wanted again.
  await rm(join(folder, 'runner.json'), { force: true });
  const kept = unused.get(signals);
  if (kept && kept.until > clock().getTime()) return { token: kept.token };
  const wanted = { workspaceId, labels: [], expiresInMinutes: tokenHours * 60, createdBy: 'Reeve', isEmbedded: true };
  const actor = systemActor('Embedded runner', workspaceId);
  const at = clock();
  const { token } = await db.transaction().execute((tx) => createRunnerToken(tx, actor, { ...wanted, at }));
  unused.set(signals, { token, until: at.getTime() + (tokenHours - 1) * 3_600_000 });
  return { token };
}

async function startChild(services: Part, place: EmbeddedPlace, workspaceId: string): Promise<ChildProcess | null> {
  const { config, origin } = services;
  const folder = join(config.dataFolder, 'runner');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = await tokenFor(services, workspaceId, folder);
  if (made === 'removed') {
    problems.set(services.signals, removedHere);
    return null;
  }
  const authorityFile = join(folder, 'server-authority.pem');
  if (place.authorityPem !== null) await replaceFile(authorityFile, place.authorityPem);
  const { host, port } = place.localAddress;
  const args = [
    ...['run', '--embedded', '--server', origin, '--name', 'This server', '--data', folder, '--driver', 'process'],
    ...['--connect', host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`],
    ...(place.authorityPem === null ? [] : ['--ca', authorityFile]),
  ];
  return spawn(process.execPath, [program, ...args], {
    // It sees nothing of this process's settings: keys and passwords may be among them.
    env: {
      PATH: programPath(),
      REEVE_CLIENTS_FOLDER: config.clientsFolder,
      ...(made.token === null ? {} : { REEVE_RUNNER_TOKEN: made.token }),
    },
    cwd: folder,
    // It ends when the other end of its standard input is gone, however that came.
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

/** Passes on what it says; its last words are why it ended. */
function follow({ log, signals }: Part, child: ChildProcess): void {
  let last = '';
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      last = line.replace(/^\d{4}-\S+Z /, '');
      if (last.includes('works for')) problems.delete(signals);
      log.info({ runner: 'embedded' }, last);
    }
  });
  child.on('error', (error) => problems.set(signals, `It cannot be started: ${error.message}`));
  child.on('exit', () => problems.set(signals, last === '' ? 'It ended without a word; see the log.' : last));
}

async function endChild(child: ChildProcess | null): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const limit = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const gone = once(child, 'exit');
  child.stdin?.end();
  await gone.finally(() => clearTimeout(limit));
}

/**
 * A runner on this server's own machine, in a process of its own, so that a laptop with nothing but Reeve runs tasks: while hosted tasks
 * are on, and by default with the embedded database only. What keeps its containers in is bubblewrap.
 */
export function openEmbeddedRunner(services: Part, place: EmbeddedPlace): Repeating {
  const { config, db, signals } = services;
  const isWanted = config.embeddedRunner === 'on' || (config.embeddedRunner === 'auto' && config.databaseUrl === null);
  if (!isWanted) return { close: async () => undefined };
  let child: ChildProcess | null = null;
  const isRunning = () => child !== null && child.exitCode === null && child.signalCode === null;
  let failures = 0;
  let quietUntil = 0;
  const look = async () => {
    const workspace = await findEmbeddedWorkspace(db);
    if (!workspace) {
      await endChild(child);
      child = null;
      problems.delete(signals);
    } else if (!isRunning() && performance.now() >= quietUntil) {
      // What is missing on a machine is not there a moment later: longer and longer pauses, up to a minute.
      failures = child === null ? 0 : failures + 1;
      quietUntil = performance.now() + Math.min(60_000, lookMs * 2 ** failures);
      child = await startChild(services, place, workspace.id);
      if (child) follow(services, child);
    }
    return false;
  };
  const looking = repeat(services, { name: 'embedded-runner', everyMs: lookMs, run: look });
  return {
    close: async () => {
      await looking.close();
      await endChild(child);
    },
  };
}
