import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openSignedInClient } from '#testing/joined-client.ts';
import { eachTurn, prompts, toolOutputs } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { admitVersion, isSince, setUp, version } from './client-versions.ts';
import { type Acceptance, corpModel, openAcceptance, upstreamKey } from './open-acceptance.ts';

let acceptance: Acceptance;
beforeAll(async () => {
  acceptance = await openAcceptance();
  await admitVersion(acceptance.organisation);
});
afterAll(() => acceptance.close());

test(`Codex ${version} joins, signs in with a device code and changes a file through the gateway`, async () => {
  const { organisation, upstream } = acceptance;
  const grace = await organisation.addMember({ name: 'Grace Hopper' });
  const client = await openSignedInClient(organisation, grace, {
    ...setUp(organisation),
    workFiles: { 'greet.txt': 'hello\n' },
  });
  onTestFinished(() => client.close());
  acceptance.onPrompt(
    'shout the greeting',
    eachTurn(shellCommand("sed -i 's/hello/HELLO/' greet.txt && cat greet.txt"), message('Shouted.')),
  );

  const run = await client.run(['exec', '-s', 'workspace-write', '--skip-git-repo-check', 'shout the greeting']);

  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Shouted.') });
  expect(await client.files.work.read('greet.txt')).toBe('HELLO\n');
  const { headers, body } = await upstream.waitForRequests(2);
  expect(headers.authorization).toBe(`Bearer ${upstreamKey}`);
  expect(prompts(body)).toEqual(['shout the greeting']);
  expect(toolOutputs(body)[0]).toContain('HELLO');

  const listCalls = async () => (await organisation.owner.api.activity.list({})).items;
  const facts = {
    outcome: 'completed',
    member: { id: grace.memberId, email: grace.email },
    credential: 'codex-sign-in',
    client: 'codex_exec',
    clientVersion: version,
    model: corpModel,
    sandboxMode: isSince('0.163.0') ? 'workspace-write' : null,
    inputTokens: 120,
    cachedInputTokens: 20,
    outputTokens: 30,
    reasoningTokens: 5,
    costUsd: expect.closeTo((100 * 2 + 20 * 0.5 + 30 * 10) / 1_000_000, 9),
  };
  await expect.poll(listCalls).toMatchObject([facts, facts]);
  if (!isSince('0.140.0')) return;
  const [last, first] = await listCalls();
  expect(last?.threadId).toMatch(/^[0-9a-f-]{36}$/);
  expect(last?.threadId).toBe(first?.threadId);
  expect(last?.turnId).toBe(first?.turnId);
});
