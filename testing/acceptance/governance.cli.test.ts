import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { workspaceUuid } from '#contract/workspace-uuid.ts';
import { countUsage } from '#server/analytics/index.ts';
import { logJobs } from '#server/compliance/index.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { connectPeople, type People } from '#testing/people.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { DEFAULT_USAGE, message, shellCommand } from '#testing/servers/model-steps.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

const policy = `allowed_sandbox_modes = ["read-only", "workspace-write"]
[rules]
prefix_rules = [{ pattern = [{ token = "rm" }], decision = "forbidden", justification = "Ask first." }]
`;
/** Two tool calls and the answer: three model calls. */
const calls = 3;

let acceptance: Acceptance;
let people: People;
let grace: Person;
beforeAll(async () => {
  acceptance = await openAcceptance();
  const { organisation, reeve } = acceptance;
  people = connectPeople({ services: reeve.services, origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' });
  const { id } = await organisation.addPolicy('Developers', policy);
  await organisation.assign([], id);
  grace = await organisation.addMember({ name: 'Grace Hopper' });
  const client = await openSignedInClient(organisation, grace);
  acceptance.onPrompt(
    'tidy up',
    eachTurn(shellCommand('echo hello > made.txt'), shellCommand('rm made.txt'), message('Tidied up.')),
  );
  const run = await client.run(['exec', '-s', 'workspace-write', '--skip-git-repo-check', 'tidy up']);
  await client.close();
  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Tidied up.') });
  await vi.waitFor(async () => expect(await toolCalls()).toHaveLength(2), { timeout: 30_000 });
});
afterAll(async () => {
  people.close();
  await acceptance.close();
});

const toolCalls = () =>
  acceptance.reeve.services.db
    .selectFrom('activity_events')
    .select(['tool', 'rule'])
    .where('member_id', '=', grace.memberId)
    .where('kind', '=', 'tool.completed')
    .execute();

/** A program with a key of the workspace. */
async function openProgram(...scopes: ('codex.enterprise.analytics.read' | 'compliance.read')[]) {
  const { key, secret } = await acceptance.organisation.owner.api.keys.create({ name: scopes.join(), scopes });
  onTestFinished(async () => {
    await acceptance.organisation.owner.api.keys.revoke({ id: key.id });
  });
  return (path: string) => people.send(path, { headers: { authorization: `Bearer ${secret}` } });
}

test('the dashboard counts an exec with tools: tokens of the gateway, tools and the rule that stopped one', async () => {
  const { organisation, reeve } = acceptance;
  await countUsage(reeve.services).runToEnd();
  const { api } = organisation.owner;
  const { totals, bySurface } = await api.analytics.summary({ memberId: grace.memberId });
  expect(totals).toMatchObject({
    activeMembers: 1,
    threads: 1,
    turns: 1,
    calls,
    refusedCalls: 0,
    uncachedInputTokens: calls * (DEFAULT_USAGE.inputTokens - DEFAULT_USAGE.cachedInputTokens),
    cachedInputTokens: calls * DEFAULT_USAGE.cachedInputTokens,
    outputTokens: calls * DEFAULT_USAGE.outputTokens,
  });
  expect(totals.costUsd).toBeCloseTo((calls * (100 * 2 + 20 * 0.5 + 30 * 10)) / 1_000_000, 9);
  expect(bySurface.map(({ key }) => key)).toEqual(['CODEX_CLI']);
  const { tools, blocked } = await api.analytics.tools({ memberId: grace.memberId });
  expect(tools).toMatchObject([{ tool: 'exec_command', times: 1 }]);
  expect(blocked).toMatchObject([{ policyName: 'Developers', decidedBy: 'policy', times: 1 }]);
});

test('the Analytics API tells a program the same', async () => {
  const { reeve, organisation } = acceptance;
  await countUsage(reeve.services).runToEnd();
  const ask = await openProgram('codex.enterprise.analytics.read');
  const { status, json } = await ask(`/v1/analytics/codex/workspaces/${workspaceUuid(organisation.workspaceId)}/usage`);
  expect([status, json()]).toMatchObject([
    200,
    {
      object: 'page',
      has_more: false,
      data: [
        {
          object: 'workspace.codex.usage.result',
          actor: { email: grace.email },
          totals: { threads: 1, turns: 1, uncached_text_input_tokens: 300, text_output_tokens: 90 },
          clients: [{ client_id: 'CODEX_CLI', turns: 1 }],
          models: [{ model: 'corp-model' }],
        },
      ],
    },
  ]);
});

test('the compliance log file holds every step of it, and nothing of what was said', async () => {
  const { reeve, organisation } = acceptance;
  const seal = logJobs(reeve.services).find(({ name }) => name === 'seal-logs');
  await seal?.run();
  const ask = await openProgram('compliance.read');
  const base = `/v1/compliance/workspaces/${workspaceUuid(organisation.workspaceId)}/logs`;
  const list = await ask(`${base}?event_type=CODEX_LOG&after=2026-01-01T00:00:00Z`);
  const { data } = list.json() as unknown as { data: { id: string; file_sha256: string }[] };
  const lines: Record<string, unknown>[] = [];
  for (const file of data) {
    const redirect = await ask(`${base}/${file.id}`);
    expect(redirect.status).toBe(307);
    const { text } = await people.send(String(redirect.headers.location));
    expect(createHash('sha256').update(text).digest('hex')).toBe(file.file_sha256);
    for (const line of text.trimEnd().split('\n')) lines.push(JSON.parse(line));
  }
  const ours = lines.filter(({ actor }) => (actor as { user_email?: string }).user_email === grace.email);
  const types = ours.map(({ event_type }) => event_type);
  expect(types.filter((type) => type === 'PROMPT_RESPONSE_RECEIVED')).toHaveLength(calls);
  expect(types).toContain('PROMPT_SENT');
  expect(types).toContain('TOOL_CALL_COMPLETED');
  expect(types).toContain('TOOL_CALL_FAILED');
  const said = JSON.stringify(ours);
  for (const text of ['tidy up', 'Tidied up', 'made.txt']) expect(said).not.toContain(text);
});
