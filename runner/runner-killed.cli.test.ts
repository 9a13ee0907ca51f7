import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientPins, ensureClient } from '#server/stock-client/install-client.ts';
import { type Program, startProgram } from '#server/stock-client/start-program.ts';
import { programEnvironment } from '#testing/program-environment.ts';
import { logOf, makeJob, RunnerStandIn, type Told } from '#testing/runner-stand-in.ts';
import { makeRepository } from '#testing/servers/git-http.ts';
import { eachTurn, prompts } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { type ResponsesServer, startResponsesServer } from '#testing/servers/responses.ts';

/** More for a longer look: the points at which the runner is killed are chosen by chance. */
const kills = Number(process.env.REEVE_RUNNER_KILLS ?? 3);

let folder: string;
let reeve: RunnerStandIn;
let origin: string;
let model: ResponsesServer;
let program: Program;
let count = 0;

const data = () => join(folder, 'runner');
const startRunner = (): Program =>
  startProgram(process.execPath, ['server/main.ts', 'run', '--driver', 'process'], {
    cwd: join(import.meta.dirname, '..'),
    env: {
      ...programEnvironment(),
      REEVE_RUNNER_SERVER: origin,
      REEVE_RUNNER_DATA: data(),
      REEVE_RUNNER_TOKEN: 'rt-test',
      REEVE_CLIENTS_FOLDER: clientPins,
    },
  });
const addJob = (prompt: string): Told => {
  count += 1;
  return reeve.add(makeJob(count, model, { prompt, setupScript: 'sleep 0.3; echo ready' }));
};

beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/reeve-killed-');
  makeRepository(join(folder, 'served/app.git'), [{ 'greeting.txt': 'hello\n' }]);
  await ensureClient('0.169.0');
  // While it works it writes to a file of this machine's own: whether it still runs can be seen from outside.
  const work = eachTurn(
    shellCommand('for i in $(seq 40); do date +%s%N > alive; sleep 0.05; done; rm alive; echo done > done.txt'),
    message('Done.'),
  );
  model = await startResponsesServer({
    script: (request, ordinal) => (prompts(request).at(-1) === 'work' ? work(request, ordinal) : message('Other.')),
  });
  reeve = new RunnerStandIn(join(folder, 'served'));
  origin = await reeve.listen();
  program = startRunner();
}, 180_000);
afterAll(async () => {
  program.kill('SIGKILL');
  reeve.close();
  await model.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every process that a container of this runner has, by the files it sees; what each runs. */
async function containers(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const mounts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '')));
  const found = pids.filter((_, at) => mounts[at]?.includes(join(data(), 'attempts')));
  return Promise.all(found.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'gone')));
}

test('a runner that is killed takes its containers with it; its next process begins clean, and the task is done once', async () => {
  for (let round = 0; round < kills; round += 1) {
    const told = addJob('work');
    await reeve.traffic.until(() => told.leasedTo !== null, { failure: () => 'not claimed' });
    const afterMs = Math.round(Math.random() * 4000);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    program.kill('SIGKILL');
    await program.exit;
    // One that was not ready yet waits for ever, and has run nothing.
    const inside = async () => (await containers()).filter((name) => name !== 'bwrap\n');
    await expect.poll(inside, { message: `killed after ${afterMs} ms` }).toEqual([]);
    const before = told.finish;
    program = startRunner();
    await program.waitForOutput(/works for/);
    await expect.poll(containers).toEqual([]);
    // What Reeve does when a lease ends: the next epoch is given out again.
    if (before === null) {
      told.job.epoch += 1;
      told.leasedTo = null;
      reeve.queue.push(told.job.attemptId);
      reeve.traffic.changed();
    }
    expect(await reeve.ended(told), `killed after ${afterMs} ms: ${logOf(told)}`).toMatchObject({
      ending: 'changed',
      answer: 'Done.',
    });
    expect(told.diff).toContain('done.txt');
    expect(told.diff).not.toContain('alive');
  }
  await expect.poll(() => readdir(join(data(), 'attempts'))).toEqual([]);
  expect((await readdir(data())).sort()).toEqual(['attempts', 'caches', 'process', 'repositories', 'runner.json']);
});

test('SIGTERM lets what runs end and takes nothing new; a second one ends it at once', async () => {
  const told = addJob('work');
  await reeve.traffic.until(() => logOf(told).includes('command: '), { failure: () => logOf(told) });
  program.kill('SIGTERM');
  await program.waitForOutput(/nothing new is taken/);
  await expect.poll(() => reeve.claiming).toBe(0);
  const waiting = addJob('work');
  expect(await reeve.ended(told)).toMatchObject({ ending: 'changed' });
  expect(await program.exit).toMatchObject({ exitCode: 0 });
  expect(waiting.leasedTo).toBeNull();
  program = startRunner();
  await reeve.traffic.until(() => logOf(waiting).includes('command: '), { failure: () => logOf(waiting) });
  program.kill('SIGTERM');
  await program.waitForOutput(/Once more ends them at once/);
  program.kill('SIGTERM');
  expect(await program.exit).toMatchObject({ exitCode: 0 });
  expect(await containers()).toEqual([]);
  expect(waiting.finish).toBeNull();
});

test('a data folder belongs to one runner, and a secret that Reeve does not know ends it with a word', async () => {
  program = startRunner();
  await program.waitForOutput(/works for/);
  const second = await startRunner().exit;
  expect(second).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Another runner uses') });
  program.kill('SIGKILL');
  await program.exit;
  const file = join(data(), 'runner.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/rr-\w+/, 'rr-unknown'));
  program = startRunner();
  expect(await program.exit).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('does not know this runner'),
  });
});
