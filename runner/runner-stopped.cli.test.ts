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
  folder = await mkdtemp('/var/tmp/reeve-stopped-');
  makeRepository(join(folder, 'served/app.git'), [{ 'greeting.txt': 'hello\n' }]);
  await ensureClient('0.169.0');
  // While it works it writes to a file of this machine's own: whether it still runs can be seen from outside.
  const work = eachTurn(
    shellCommand('for i in $(seq 40); do date +%s%N > alive; sleep 0.05; done; rm alive; echo done > done.txt'),
    message('Done.'),
  );
  const works = new Map([
    ['work', work],
    ['work without end', eachTurn(shellCommand('sleep 1000'), message('never'))],
  ]);
  model = await startResponsesServer({
    script: (request, ordinal) =>
      (works.get(prompts(request).at(-1) ?? '') ?? (() => message('Other.')))(request, ordinal),
  });
  reeve = new RunnerStandIn(join(folder, 'served'));
  origin = await reeve.listen();
  program = startRunner();
}, 180_000);
afterAll(async () => {
  program.kill('SIGKILL');
  reeve.close();
  await model.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Every process that a container of this runner has, by the files it sees; what each runs. */
async function containers(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const mounts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '')));
  const found = pids.filter((_, at) => mounts[at]?.includes(join(data(), 'attempts')));
  return Promise.all(found.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'gone')));
}

test('SIGTERM lets what runs end and takes nothing new; a second one ends it at once', async () => {
  const told = addJob('work');
  await reeve.traffic.until(() => logOf(told).includes('command: '), { failure: () => logOf(told) });
  program.kill('SIGTERM');
  await program.waitForOutput(/nothing new is taken/);
  await expect.poll(() => reeve.claiming).toBe(0);
  const waiting = addJob('work without end');
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
  expect(await readdir(join(data(), 'attempts'))).toEqual([]);
  expect((await readdir(data())).sort()).toEqual(['attempts', 'caches', 'process', 'repositories', 'runner.json']);
  // The process that registered had nothing else to say.
  expect(reeve.hellos).toBe(1);
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
