import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ModelCall } from '#contract/models.ts';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { createGate } from '#testing/gate.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import { inOrder } from '#testing/servers/model-script.ts';
import { brokenStream, httpError, message, shellCommand } from '#testing/servers/model-steps.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let client: ClientMachine;
beforeAll(async () => {
  acceptance = await openAcceptance();
  const grace = await acceptance.organisation.addMember({ name: 'Grace Hopper' });
  client = await openSignedInClient(acceptance.organisation, grace);
});
afterAll(async () => {
  await client.close();
  await acceptance.close();
});

const exec = (prompt: string) => client.run(['exec', '--skip-git-repo-check', prompt]);

/** The activity from here on. Rows are written beside the stream, so those of a test before may still be on their way. */
function followActivity(): () => Promise<Pick<ModelCall, 'outcome' | 'inputTokens'>[]> {
  const since = new Date().toISOString();
  return async () => {
    const { items } = await acceptance.organisation.owner.api.activity.list({});
    return items
      .filter(({ startedAt }) => startedAt >= since)
      .map(({ outcome, inputTokens }) => ({ outcome, inputTokens }))
      .reverse();
  };
}

const completed = { outcome: 'completed', inputTokens: 120 };
const failed = { outcome: 'failed', inputTokens: null };

test('an upstream that is down is named, and work goes on when it is back', async () => {
  const { upstream, onPrompt } = acceptance;
  const calls = followActivity();
  onPrompt('down', () => message('Back again.'));
  await upstream.goDown();
  const run = await exec('down');
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('The model upstream cannot be reached');
  await expect.poll(async () => new Set((await calls()).map(({ outcome }) => outcome))).toEqual(new Set(['failed']));
  await upstream.comeBack();
  expect(await exec('down')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Back again.') });
});

test('a slow upstream is waited for', async () => {
  const before = createGate();
  acceptance.onPrompt('slow', () => message('At last.', { before }));
  const calls = followActivity();
  const running = exec('slow');
  await before.reached;
  await expect.poll(calls).toEqual([{ outcome: 'running', inputTokens: null }]);
  before.release();
  expect(await running).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('At last.') });
  await expect.poll(calls).toEqual([completed]);
});

test('a limit of the upstream reaches the person with its words', async () => {
  acceptance.onPrompt('limit', () =>
    httpError(429, { error: { message: 'Rate limit of Example Ltd' } }, { headers: { 'retry-after': '1' } }),
  );
  const run = await exec('limit');
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toMatch(/429|limits calls/);
});

test('a broken stream fails its call only; the turn before it is recorded once', async () => {
  const calls = followActivity();
  acceptance.onPrompt('break', inOrder(shellCommand('true'), brokenStream('half an ans')));
  const run = await exec('break');
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('The model upstream broke off its answer. Try again.');
  await expect.poll(calls).toEqual([completed, failed]);
});

test('a client killed in mid-stream cancels the upstream, and nothing is recorded twice', async () => {
  const calls = followActivity();
  const midway = createGate();
  acceptance.onPrompt('kill', () => message('Never read to the end.', { deltas: 4, midway }));
  const program = client.spawn(['exec', '--skip-git-repo-check', 'kill']);
  onTestFinished(() => program.kill('SIGKILL'));
  program.endInput();
  await midway.reached;
  program.kill('SIGKILL');
  await program.exit;
  expect(await acceptance.upstream.requests.at(-1)?.ended).toBe('client-left');
  await expect.poll(calls).toEqual([{ outcome: 'cancelled', inputTokens: null }]);
});
