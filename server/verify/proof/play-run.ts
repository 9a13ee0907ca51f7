import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AppServerRun,
  type ExecRun,
  noFacts,
  type RunFacts,
  type RunPlace,
  type RunPlan,
  type Trial,
} from './run-facts.ts';
import type { ServerSighting } from './subject.ts';

const runLimitMs = 45_000;
const sightingLimitMs = 4_000;

async function layOut({ machine, subject }: Trial, run: RunPlan, place: RunPlace): Promise<void> {
  for (const folder of [place.codexHome, place.work, place.outside]) await mkdir(folder, { recursive: true });
  await copyFile(machine.files.codexHome.file('auth.json'), path.join(place.codexHome, 'auth.json'));
  const settings = `${run.settings ?? ''}`;
  if (settings !== '') await writeFile(path.join(place.codexHome, 'config.toml'), settings);
  await run.prepare?.(place);
  await subject.faults?.beforeRun?.(place);
}

async function readFiles(watched: readonly string[]): Promise<Record<string, string | null>> {
  const read = watched.map(async (file) => [file, await readFile(file, 'utf8').catch(() => null)] as const);
  return Object.fromEntries(await Promise.all(read));
}

const threadIn = (stderr: string): string | null => /^session id: ([0-9a-f-]{36})$/m.exec(stderr)?.[1] ?? null;

/** Telemetry arrives shortly after the run: looks again until it is there, so that a slow moment is no finding. */
async function sightingsOf({ subject, signal }: Trial, since: Date, stderr: string): Promise<ServerSighting[]> {
  const thread = threadIn(stderr);
  const end = Date.now() + sightingLimitMs;
  for (;;) {
    const all = await subject.serverSaw(since);
    // Clients before 0.140 say no thread to the gateway.
    const own = all.filter(
      ({ threadId }) => threadId === thread || (threadId === null && all.every((one) => one.threadId === null)),
    );
    const kinds = new Set(own.map(({ kind }) => kind));
    if ((kinds.has('telemetry') && kinds.has('model-call')) || Date.now() > end || signal.aborted) return own;
    await pause(200, undefined, { signal }).catch(() => undefined);
  }
}

async function playExec(trial: Trial, run: ExecRun, place: RunPlace): Promise<RunFacts> {
  const { machine, model, modelSlug, subject, signal } = trial;
  const prompt = model.script(run.name, run.steps);
  // The first clients take no model from the workspace.
  const named = trial.isSince('0.140.0') ? [] : ['-m', modelSlug];
  const since = new Date();
  const finished = await machine.run(['exec', '--skip-git-repo-check', ...named, ...run.args, prompt], {
    cwd: place.work,
    env: {
      CODEX_HOME: place.codexHome,
      ...run.env,
      ...subject.faults?.environmentOf?.({ name: run.name, surface: 'exec' }),
    },
    signal,
    timeoutMs: runLimitMs,
  });
  const sightings = run.asksServer ? await sightingsOf(trial, since, finished.stderr) : [];
  return { ...noFacts(run.name), ...finished, sightings, files: await readFiles(run.watch ?? []) };
}

async function playAppServer(trial: Trial, run: AppServerRun, place: RunPlace): Promise<RunFacts> {
  const { machine, subject, signal } = trial;
  const faults = subject.faults?.environmentOf?.({ name: run.name, surface: 'app-server' });
  const app = machine.appServer([...run.args], { env: { CODEX_HOME: place.codexHome, ...faults } });
  const end = () => app.program.kill('SIGKILL');
  const limit = setTimeout(end, runLimitMs);
  signal.addEventListener('abort', end, { once: true });
  try {
    await app.initialize('reeve-proof');
    const answers = await run.play(app, place);
    return { ...noFacts(run.name), answers, stderr: app.program.stderr, files: await readFiles(run.watch ?? []) };
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', end);
    await app.close();
  }
}

async function play(trial: Trial, run: RunPlan, place: RunPlace): Promise<RunFacts> {
  await layOut(trial, run, place);
  if (run.kind === 'exec') return playExec(trial, run, place);
  if (run.kind === 'app-server') return playAppServer(trial, run, place);
  return { ...noFacts(run.name), ...(await run.play(place)) };
}

/** Plays one run. A run that fails by itself is a fact, too: whoever judges it says that nothing was shown. */
export async function playRun(trial: Trial, run: RunPlan): Promise<RunFacts> {
  const { model, signal } = trial;
  const facts = await play(trial, run, trial.placeOf(run.name)).catch((error: unknown) => {
    signal.throwIfAborted();
    const failure = `The attempt itself failed: ${error instanceof Error ? error.message : String(error)}`;
    return { ...noFacts(run.name), failure: failure.slice(0, 2_000) };
  });
  return { ...facts, calls: model.callsOf(run.name), otherCalls: model.otherCallsOf(run.name) };
}
