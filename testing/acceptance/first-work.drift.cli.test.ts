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

const joined = [
  ['for the whole machine', 'machine', 'Grace Hopper'],
  ['for one person', 'person', 'Alan Turing'],
] as const;

test.each(joined)(
  `Codex ${version} joins %s, signs in with a device code and changes a file`,
  async (_how, as, name) => {
    const { organisation, upstream } = acceptance;
    const grace = await organisation.addMember({ name });
    const client = await openSignedInClient(organisation, grace, {
      ...setUp(),
      as,
      workFiles: { 'greet.txt': 'hello\n' },
    });
    onTestFinished(() => client.close());
    const prompt = `shout the greeting, ${name}`;
    acceptance.onPrompt(
      prompt,
      eachTurn(shellCommand("sed -i 's/hello/HELLO/' greet.txt && cat greet.txt"), message('Shouted.')),
    );

    const run = await client.run(['exec', '-s', 'workspace-write', '--skip-git-repo-check', prompt]);

    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Shouted.') });
    // Of what the machine has, not of how it joined.
    const warnings = run.stderr.split('\n').filter((line) => /warning/i.test(line) && !line.includes('bubblewrap'));
    expect(warnings).toEqual([]);
    expect(await client.files.work.read('greet.txt')).toBe('HELLO\n');
    const { headers, body } = await upstream.waitForRequest(
      (request) => prompts(request.body).includes(prompt) && toolOutputs(request.body).length > 0,
    );
    expect(headers.authorization).toBe(`Bearer ${upstreamKey}`);
    expect(prompts(body)).toEqual([prompt]);
    expect(toolOutputs(body)[0]).toContain('HELLO');

    const listCalls = async () => (await organisation.owner.api.activity.list({ memberId: grace.memberId })).items;
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
  },
);
