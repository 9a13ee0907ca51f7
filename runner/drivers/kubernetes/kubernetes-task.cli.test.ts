import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runnerProgram } from '#server/commands/runner-program.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import { logOf, makeJob, RunnerStandIn, type Told } from '#testing/runner-stand-in.ts';
import { makeRepository } from '#testing/servers/git-http.ts';
import { type StandInKubernetes, startKubernetes } from '#testing/servers/kubernetes/start-kubernetes.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { type ResponsesServer, startResponsesServer } from '#testing/servers/responses.ts';
import { readRunnerConfig } from '../../config.ts';
import { type Runner, startRunner } from '../../start-runner.ts';

let folder: string;
let reeve: RunnerStandIn;
let model: ResponsesServer;
let cluster: StandInKubernetes;
let runner: Runner;
const lines: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/reeve-runner-');
  makeRepository(join(folder, 'served/app.git'), [{ 'greeting.txt': 'hello\n', 'kept.txt': 'kept\n' }]);
  const shout = eachTurn(
    shellCommand(
      'tr a-z A-Z < greeting.txt > loud.txt; rm greeting.txt; cat made-by-setup; cp "$(printf "odd\\351")" "$(printf "more\\351")"',
    ),
    shellCommand('[ ! -f stay ] || sleep 1000'),
    message('I shouted.'),
  );
  model = await startResponsesServer({ script: shout });
  reeve = new RunnerStandIn(join(folder, 'served'));
  const server = await reeve.listen();
  cluster = await startKubernetes();
  runner = await startRunner({
    config: readRunnerConfig(
      { server, name: 'runner', data: join(folder, 'runner'), driver: ['kubernetes'], image: 'task:1' },
      {
        ...{ REEVE_CLIENTS_FOLDER: clientPins, REEVE_RUNNER_TOKEN: 'rt-test' },
        ...{ REEVE_RUNNER_KUBERNETES_IMAGE: 'reeve:1', REEVE_RUNNER_KUBERNETES_ADDRESS: '127.0.0.1' },
        ...{ REEVE_RUNNER_KUBERNETES_PORT: '0', REEVE_RUNNER_KUBERNETES_NAMESPACE: 'tasks' },
        // Machines of a cloud reach its own address, and these pods have the machine's network.
        ...{ REEVE_RUNNER_KUBERNETES_CONFIG: cluster.kubeconfig, REEVE_RUNNER_KUBERNETES_CLOSED: '127.0.0.1:1' },
      },
    ),
    version: 'test',
    clientFolder: (version) => runnerProgram.clientFolder(version, clientPins),
    bubblewraps: async () => [],
    askToken: () => Promise.reject(new Error('has a token')),
    log: (line) => lines.push(line),
  });
  // Another file's stand-in may have its turn first.
}, 480_000);
afterAll(async () => {
  await runner?.stop(0);
  await cluster?.close();
  reeve?.close();
  await model?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a task in pods: set-up, the stock client, its diff without what set-up made, and no job stays behind', async () => {
  const setupScript = 'echo prepared > made-by-setup; echo odd > "$(printf "odd\\351")"';
  const job = makeJob(1, model, { prompt: 'shout it', setupScript });
  const told = reeve.add({ ...job, driver: 'kubernetes', runtime: 'runc' });
  const finish = await reeve.ended(told);
  expect(finish, [...lines, logOf(told)].join('\n')).toMatchObject({ ending: 'changed', answer: 'I shouted.' });
  expect(logOf(told)).toContain('prepared');
  expect(told.diff).toContain('+++ b/loud.txt');
  expect(told.diff).toContain('deleted file mode 100644');
  expect(told.diff).not.toMatch(/made-by-setup|kept\.txt/);
  // A diff is text; nothing else of the task suffers from such a name.
  expect(logOf(told)).toMatch(/"more\\351" is left out: its name is not UTF-8/);
  expect(logOf(told)).not.toContain('odd\\351');
  expect(told.egress.some(({ rule, isAllowed }) => rule === 'gateway' && isAllowed)).toBe(true);
  await expect.poll(() => readdir(join(folder, 'runner/attempts'))).toEqual([]);
  expect(cluster.jobs.size).toBe(0);
});

/** A task whose agent has done something, and does not end. */
async function startLong(number: number): Promise<Told> {
  const job = makeJob(number, model, { prompt: 'shout it', setupScript: 'touch stay' });
  const told = reeve.add({ ...job, driver: 'kubernetes', runtime: 'runc' });
  const hasBegun = () => (logOf(told).includes('sleep 1000') ? true : undefined);
  await reeve.traffic.until(hasBegun, { failure: () => logOf(told), timeoutMs: 60_000 });
  return told;
}

test('a task that is cancelled keeps its changes; of one whose pod is lost there are none, not even half of them', async () => {
  const cancelled = await startLong(2);
  cancelled.order = 'cancel';
  expect(await reeve.ended(cancelled)).toMatchObject({ ending: 'cancelled', detail: null });
  expect(cancelled.diff).toContain('+++ b/loud.txt');
  const lost = await startLong(3);
  await cluster.loseLastPod('BackoffLimitExceeded');
  const { ending, detail } = await reeve.ended(lost);
  expect([ending, detail]).toEqual([
    'internal',
    expect.stringMatching(/^What the container left is lost: its pod was gone .* Run it again\.$/),
  ]);
  expect(logOf(lost)).toContain(`notice: ${detail}`);
  expect([lost.diff, lost.session]).toEqual([null, null]);
});
