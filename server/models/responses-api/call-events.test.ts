import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readContent } from '#server/activity/index.ts';
import { createGate } from '#testing/gate.ts';
import { type GatewayServer, startGatewayServer } from '#testing/gateway-server.ts';
import { applyPatch, failed, httpError, message, shellCommand } from '#testing/servers/model-steps.ts';

let server: GatewayServer;
beforeAll(async () => {
  server = await startGatewayServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.calls();
  for (const table of ['model_calls', 'activity_events', 'activity_content'] as const)
    await server.services.db.deleteFrom(table).execute();
  server.upstream.play(() => message('hello'));
});

const threadId = '01a21854-c556-7ee3-a209-6c39299e1ecd';
const turn = { thread_id: threadId, turn_id: 'turn-1', request_kind: 'turn', thread_source: 'user' };
const user = (text: string, id?: string) => ({
  type: 'message',
  role: 'user',
  id,
  content: [{ type: 'input_text', text }],
});
const call = (input: unknown, more: { turn?: object; headers?: Record<string, string> } = {}) =>
  fetch(`${server.url}/responses`, {
    method: 'POST',
    headers: { ...server.headers, 'x-codex-turn-metadata': JSON.stringify(more.turn ?? turn), ...more.headers },
    body: JSON.stringify({ model: 'corp-model', stream: true, input }),
  });
const events = async () => {
  await server.calls();
  return server.services.db.selectFrom('activity_events').selectAll().orderBy('kind').orderBy('seq').execute();
};
const only = async (kind: string) => (await events()).filter((event) => event.kind === kind);

describe('a call that ended', () => {
  it('leaves itself, the prompt and the answer, in sizes', async () => {
    await (await call([user('<environment_context>x'), user('do it', 'msg_1')])).text();
    const [calledRow] = await server.calls();
    expect(await events()).toMatchObject([
      {
        kind: 'model.call',
        source: 'gateway',
        surface: 'CODEX_CLI',
        member_id: server.memberId,
        member_label: 'grace@example.com',
        client: 'codex_exec',
        client_version: '0.169.0',
        model: 'corp-model',
        thread_id: threadId,
        turn_id: 'turn-1',
        call_id: calledRow?.id,
        outcome: 'completed',
        input_tokens: 120,
        cached_input_tokens: 20,
        output_tokens: 30,
        reasoning_tokens: 5,
        cost_usd: calledRow?.cost_usd,
        detail: { credential: 'codex-sign-in' },
      },
      { kind: 'prompt.sent', detail: { modelCall: calledRow?.id, characters: 5 } },
      { kind: 'response.received', outcome: 'completed', detail: { modelCall: calledRow?.id, characters: 5 } },
    ]);
  });

  it('leaves the tools the model asked for, without what it asked', async () => {
    for (const step of [shellCommand('cat secret.txt'), applyPatch('*** Add File: secret.txt\n+x')]) {
      server.upstream.play(() => step);
      await (await call([user('go', 'msg_1')])).text();
    }
    const suggested = await only('tool.suggested');
    expect(suggested).toMatchObject([
      { tool: 'exec_command', call_id: expect.stringMatching(/^call_/), detail: { type: 'function_call' } },
      { tool: 'apply_patch', detail: { type: 'custom_tool_call' } },
    ]);
    expect(JSON.stringify(await events())).not.toContain('secret');
    // Both calls were made for the same message.
    expect(await only('prompt.sent')).toHaveLength(1);
    expect(await only('model.call')).toHaveLength(2);
  });

  it('counts only what a person said, once', async () => {
    await (await call([user('title this', 'msg_t')], { turn: { ...turn, thread_source: 'thread_title' } })).text();
    expect(await only('prompt.sent')).toEqual([]);
    const asked = { type: 'function_call', call_id: 'call_1', name: 'exec_command', arguments: '{"cmd":"ls"}' };
    const output = { type: 'function_call_output', call_id: 'call_1', output: 'Chunk ID: 1\nOutput:\nrejected: no' };
    await (await call([user('go', 'msg_1'), asked, output])).text();
    expect(await only('prompt.sent')).toEqual([]);
    await (await call([user('go', 'msg_1'), asked, output, user('faster', 'msg_2')])).text();
    expect(await only('prompt.sent')).toHaveLength(1);
    expect(await only('tool.completed')).toEqual([]);
  });

  it('is known by its own id where the client names no thread', async () => {
    await (await call('hello', { turn: {} })).text();
    await (await call('hello', { turn: {} })).text();
    expect(await only('prompt.sent')).toHaveLength(2);
  });
});

it('tells of calls that failed, were refused or abandoned, refusals with their count and code', async () => {
  server.upstream.play(() => failed('server_error', 'broken'));
  await (await call([])).text();
  server.upstream.play(() => httpError(500, {}));
  await (await call([])).text();
  for (let times = 0; times < 3; times += 1) await call([], { headers: { 'x-reeve-policy': 'none' } });
  const midway = createGate();
  server.upstream.play(() => message('never read', { midway }));
  const leaving = new AbortController();
  const abandoned = await fetch(`${server.url}/responses`, {
    method: 'POST',
    headers: server.headers,
    body: JSON.stringify({ model: 'corp-model', stream: true, input: [] }),
    signal: leaving.signal,
  });
  await abandoned.body?.getReader().read();
  leaving.abort();
  await expect
    .poll(async () => (await only('model.call')).map(({ outcome, code }) => [outcome, code]))
    .toEqual([
      ['failed', 'upstream-refused'],
      ['failed', 'upstream-refused'],
      ['refused', 'policy-revision-missing'],
      ['cancelled', null],
    ]);
  midway.release();
  const refused = (await only('model.call')).filter(({ outcome }) => outcome === 'refused');
  expect(refused).toMatchObject([{ detail: { times: 3 } }]);
});

/** Nobody writes calls until the gate opens. */
async function stopWriting() {
  const gate = createGate();
  const { promise: isLocked, resolve } = Promise.withResolvers<void>();
  const done = server.services.db.transaction().execute(async (tx) => {
    await sql`lock table model_calls in access exclusive mode`.execute(tx);
    resolve();
    await gate.pass();
  });
  await isLocked;
  return async () => {
    gate.release();
    await done;
  };
}

/** The answer as far as it came, and whether it ended. */
async function readAlong(answer: Response) {
  const seen = { text: '', hasEnded: false };
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) seen.text += Buffer.from(chunk).toString();
    seen.hasEnded = true;
  })();
  return { seen, reading };
}

describe('while the database takes no calls', () => {
  it('an answer passes but for its end, which waits', async () => {
    await (await call([])).text();
    const midway = createGate();
    server.upstream.play(() => message('one two', { midway }));
    const { seen, reading } = await readAlong(await call([]));
    await expect.poll(() => seen.text).toContain('one');
    const write = await stopWriting();
    midway.release();
    await expect.poll(() => seen.text).toContain('response.output_item.done');
    expect(seen.text).not.toContain('response.completed');
    await write();
    await reading;
    expect(seen.text.match(/event: response\.completed/g)).toHaveLength(1);
    expect(await only('model.call')).toHaveLength(2);
  });

  it('and goes on after a while', async () => {
    await (await call([])).text();
    const midway = createGate();
    server.upstream.play(() => message('one two', { midway }));
    const { seen, reading } = await readAlong(await call([]));
    await expect.poll(() => seen.text).toContain('one');
    const write = await stopWriting();
    midway.release();
    await reading;
    expect(seen.text).toContain('event: response.completed');
    await write();
    expect((await only('model.call')).map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  });
});

it('tells of a command that a rule stopped, from what the client tells the model', async () => {
  const asked = { type: 'function_call', call_id: 'call_9', name: 'exec_command', arguments: '{"cmd":"make all"}' };
  const output = {
    type: 'function_call_output',
    call_id: 'call_9',
    output: 'exec_command failed: Rejected("approval required by policy, but AskForApproval is set to Never")',
  };
  await (await call([user('go', 'msg_1'), asked, output])).text();
  expect(await only('tool.completed')).toMatchObject([
    {
      call_id: 'call_9',
      tool: 'exec_command',
      decision: 'prompt',
      decided_by: 'policy',
      rule: null,
      outcome: 'refused',
    },
  ]);
});

it('keeps what was said, sealed, only where the workspace says so', async () => {
  const { db } = server.services;
  const keep = (kept: boolean) => db.updateTable('workspaces').set({ local_content_kept: kept }).execute();
  await keep(true);
  server.upstream.play(() => shellCommand('cat plan.txt'));
  await (await call([user('my prompt', 'msg_1')])).text();
  server.upstream.play(() => message('my answer'));
  await (await call([user('my prompt', 'msg_1')])).text();
  await keep(false);
  await (await call([user('not kept', 'msg_2')])).text();
  const stored = await events();
  const rows = await db.selectFrom('activity_content').selectAll().execute();
  expect(rows).toHaveLength(3);
  expect(JSON.stringify(rows)).not.toMatch(/my prompt|plan/);
  const kept = await readContent(
    server.services,
    server.workspaceId,
    stored.map(({ id }) => id),
  );
  const said = stored.flatMap(({ id, kind }) => (kept.has(id) ? [[kind, kept.get(id)]] : []));
  expect(said).toEqual([
    ['prompt.sent', { prompt: 'my prompt' }],
    ['response.received', { answer: 'my answer' }],
    ['tool.suggested', { arguments: '{"cmd":"cat plan.txt"}' }],
  ]);
});
