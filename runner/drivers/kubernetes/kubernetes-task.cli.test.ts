import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runnerProgram } from '#server/commands/runner-program.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import { logOf, makeJob, RunnerStandIn } from '#testing/runner-stand-in.ts';
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
    shellCommand('tr a-z A-Z < greeting.txt > loud.txt; rm greeting.txt; cat made-by-setup'),
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
}, 180_000);
afterAll(async () => {
  await runner?.stop(0);
  await cluster?.close();
  reeve?.close();
  await model?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a task in pods: set-up, the stock client, its diff without what set-up made, and no job stays behind', async () => {
  const job = makeJob(1, model, { prompt: 'shout it', setupScript: 'echo prepared > made-by-setup' });
  const told = reeve.add({ ...job, driver: 'kubernetes', runtime: 'runc' });
  const finish = await reeve.ended(told);
  expect(finish, [...lines, logOf(told)].join('\n')).toMatchObject({ ending: 'changed', answer: 'I shouted.' });
  expect(logOf(told)).toContain('prepared');
  expect(told.diff).toContain('+++ b/loud.txt');
  expect(told.diff).toContain('deleted file mode 100644');
  expect(told.diff).not.toMatch(/made-by-setup|kept\.txt/);
  expect(told.egress.some(({ rule, isAllowed }) => rule === 'gateway' && isAllowed)).toBe(true);
  await expect.poll(() => readdir(join(folder, 'runner/attempts'))).toEqual([]);
  expect(cluster.jobs.size).toBe(0);
});
