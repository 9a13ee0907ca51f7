import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { codexVersionUnderTest } from '#testing/codex-cli/install-codex.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import { eachTurn, prompts, toolOutputs } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { type Acceptance, corpModel, openAcceptance, upstreamKey } from './open-acceptance.ts';

const version = codexVersionUnderTest();

let acceptance: Acceptance;
beforeAll(async () => {
  acceptance = await openAcceptance();
});
afterAll(() => acceptance.close());

test(`Codex ${version} joins, signs in with a device code and changes a file through the gateway`, async () => {
  const { organisation, upstream } = acceptance;
  const grace = await organisation.addMember({ name: 'Grace Hopper' });
  const client = await openSignedInClient(organisation, grace, {
    as: 'machine',
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

  await expect
    .poll(async () => (await organisation.owner.api.activity.list({})).items)
    .toMatchObject(
      Array(2).fill({
        outcome: 'completed',
        member: { id: grace.memberId, email: grace.email },
        credential: 'codex-sign-in',
        client: 'codex_exec',
        clientVersion: version,
        model: corpModel,
        sandboxMode: 'workspace-write',
        inputTokens: 120,
        cachedInputTokens: 20,
        outputTokens: 30,
        reasoningTokens: 5,
        costUsd: expect.closeTo((100 * 2 + 20 * 0.5 + 30 * 10) / 1_000_000, 9),
      }),
    );
  const [last, first] = (await organisation.owner.api.activity.list({})).items;
  expect(last?.threadId).toBe(first?.threadId);
  expect(last?.turnId).toBe(first?.turnId);
});
