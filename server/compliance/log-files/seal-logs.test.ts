import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Actor, record } from '#server/audit/index.ts';
import { recordSamples, sampleEvent, sampleThread } from '#testing/activity-sample.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { LogRecord } from '../records/wire.ts';
import { sealCosts } from './seal-costs.ts';
import { sealLogs } from './seal-logs.ts';

let services: TestServices;
let workspaceId: string;
let ada: Actor;
beforeEach(async () => {
  services = await openTestServices();
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  ada = { kind: 'member', id: seeded.ownerId, label: 'Ada <ada@example.com>', workspaceId, ip: '192.0.2.1' };
  services.setNow(new Date('2026-11-20T10:20:00Z'));
});
afterEach(() => services.close());

const files = () =>
  services.db
    .selectFrom('compliance_log_files')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('end_time')
    .execute();

async function contentOf({ blob }: { blob: string }): Promise<string> {
  const found = await services.blobs.get(blob);
  if (!found) throw new Error(`${blob} is not there`);
  return text(found.content);
}
async function recordsOf(rows: Awaited<ReturnType<typeof files>>): Promise<LogRecord[]> {
  const contents = await Promise.all(rows.map(contentOf));
  return contents.flatMap((content) =>
    content
      .split('\n')
      .slice(0, -1)
      .map((line) => LogRecord.parse(JSON.parse(line))),
  );
}
const tool = (index: number, more: Parameters<typeof sampleEvent>[1] | object = {}) =>
  sampleEvent(workspaceId, {
    kind: 'tool.completed',
    sameAs: [sampleThread, `call-${index}`],
    callId: `call-${index}`,
    tool: 'exec_command',
    outcome: 'completed',
    ...more,
  });
const group = (index: number) => ({
  at: services.clock(),
  subject: { kind: 'group', id: `grp_${index}`, label: `Group ${index}` },
});
const addGroups = (count: number) =>
  services.db.transaction().execute(async (tx) => {
    for (let index = 0; index < count; index++) await record(tx, ada, 'group.created', group(index));
  });

test('what arrived is sealed once, a file for each type with its size and hash, and nothing makes no file', async () => {
  expect(await sealLogs(services, workspaceId)).toBe(0);
  await recordSamples(services, [tool(1), tool(2)]);
  await addGroups(2);
  await record(services.db, ada, 'session.started', { at: services.clock(), because: 'password' });
  expect(await sealLogs(services, workspaceId)).toBe(3);
  expect(await sealLogs(services, workspaceId)).toBe(0);
  const made = await files();
  expect(made.map(({ event_type, events }) => [event_type, events]).sort()).toEqual([
    ['AUDIT_LOG', 2],
    ['AUTH_LOG', 1],
    ['CODEX_LOG', 2],
  ]);
  for (const file of made) {
    const content = await contentOf(file);
    expect(file.id).toMatch(/^eclf_/);
    expect(file.file_name).toMatch(new RegExp(`^${file.event_type}_2026-11-20T10:20:00\\.00\\d\\+00:00\\.jsonl$`));
    expect(Buffer.byteLength(content)).toBe(file.bytes);
    expect(createHash('sha256').update(content).digest('hex')).toBe(file.sha256);
    for (const each of await recordsOf([file])) expect(each.type).toBe(file.event_type);
  }
  expect(new Set(made.map(({ end_time }) => end_time.getTime())).size).toBe(3);
});

test('a file is never larger than the limit, and each ends later than all before, also when the clock goes back', async () => {
  await recordSamples(
    services,
    Array.from({ length: 300 }, (_, index) => tool(index)),
  );
  await addGroups(100);
  const made = await sealLogs(services, workspaceId, { maxBytes: 20_000, pageSize: 37 });
  expect(made).toBeGreaterThan(8);
  services.setNow(new Date('2026-11-20T09:00:00Z'));
  await addGroups(1);
  await sealLogs(services, workspaceId);
  const rows = await files();
  for (const { bytes } of rows) expect(bytes).toBeLessThanOrEqual(20_000);
  const times = rows.map(({ end_time }) => end_time.getTime());
  expect(new Set(times).size).toBe(times.length);
  expect(rows.at(-1)?.events).toBe(1);
  const records = await recordsOf(rows);
  expect(records).toHaveLength(401);
  expect(new Set(records.map(({ event_id }) => event_id)).size).toBe(401);
});

test('late events, and those that learned something, come in the next file, under the id they have', async () => {
  await recordSamples(services, [tool(1)]);
  await sealLogs(services, workspaceId);
  services.setNow(new Date('2026-11-20T10:40:00Z'));
  await recordSamples(services, [
    tool(1, { source: 'otel', turnId: 'turn-1' }),
    tool(2, { reportedAt: new Date('2026-11-19T08:00:00Z') }),
  ]);
  await sealLogs(services, workspaceId);
  const [first, second, ...others] = await files();
  expect(others).toEqual([]);
  const [before] = first ? await recordsOf([first]) : [];
  const after = second ? await recordsOf([second]) : [];
  expect(after).toHaveLength(2);
  const again = after.find(({ event_id }) => event_id === before?.event_id);
  expect(again).toMatchObject({ event_details: { turn_id: 'turn-1' } });
});

test('what was said is in the file only where it was kept', async () => {
  const call = { sameAs: ['mcl_1'], callId: 'mcl_1', turnId: 'turn-1' };
  const [prompt] = await recordSamples(services, [
    sampleEvent(workspaceId, { kind: 'prompt.sent', sameAs: [sampleThread, 'msg-1'], detail: { modelCall: 'mcl_1' } }),
  ]);
  await recordSamples(services, [
    sampleEvent(workspaceId, { ...call, kind: 'model.call', inputTokens: 7, outcome: 'completed' }),
  ]);
  const [answer] = await recordSamples(services, [
    sampleEvent(workspaceId, { ...call, callId: null, kind: 'response.received', detail: { modelCall: 'mcl_1' } }),
  ]);
  const keep = async (eventId: string | undefined, content: object) => {
    const id = eventId ?? '';
    const sealed = await services.secrets.seal(JSON.stringify(content), `activity_content/${workspaceId}/${id}`);
    const row = { workspace_id: workspaceId, event_id: id, member_id: 'mem_1', sealed, kept_at: services.clock() };
    await services.db.insertInto('activity_content').values(row).execute();
  };
  await keep(prompt, { prompt: 'List the files.' });
  await keep(answer, { answer: 'There are two.' });
  // Without a thread, whose id would tell the answer's.
  const alone = { ...call, sameAs: ['mcl_2'], callId: 'mcl_2', threadId: null };
  await recordSamples(services, [sampleEvent(workspaceId, { ...alone, kind: 'model.call' })]);
  const [second] = await recordSamples(services, [
    sampleEvent(workspaceId, {
      ...alone,
      callId: null,
      kind: 'response.received',
      detail: { modelCall: 'mcl_2' },
      reportedAt: new Date('2026-11-20T10:16:00Z'),
    }),
  ]);
  await keep(second, { answer: 'Alone.' });
  await recordSamples(services, [sampleEvent(workspaceId, { kind: 'prompt.sent', sameAs: [sampleThread, 'msg-2'] })]);
  await sealLogs(services, workspaceId);
  const details = (await recordsOf(await files())).map((each) =>
    each.type === 'CODEX_LOG' ? each.event_details : null,
  );
  expect(details).toMatchObject([
    { prompt_text: 'List the files.' },
    { response_text: 'There are two.', token_usage: { input_tokens: 7 } },
    { response_text: 'Alone.' },
    { prompt_text: '' },
  ]);
});

test('wherever sealing is cut off, the next one leaves no gap and nothing twice', async () => {
  await recordSamples(
    services,
    Array.from({ length: 60 }, (_, index) => tool(index)),
  );
  await addGroups(20);
  const options = { maxBytes: 8_000, pageSize: 7 };
  let cutOff = 0;
  for (let at = 1; ; at++) {
    let left = at;
    const orBreak = () => {
      left -= 1;
      if (left === 0) throw new Error('cut off');
    };
    const { blobs } = services;
    const breaking: TestServices['blobs'] = {
      ...blobs,
      put: async (...args) => {
        orBreak();
        const written = await blobs.put(...args);
        orBreak();
        return written;
      },
      keep: async (...args) => {
        orBreak();
        await blobs.keep(...args);
        orBreak();
      },
    };
    try {
      await sealLogs({ ...services, blobs: breaking }, workspaceId, options);
      break;
    } catch (error) {
      expect((error as Error).message).toBe('cut off');
      cutOff += 1;
    }
  }
  expect(cutOff).toBeGreaterThan(10);
  const rows = await files();
  const records = await recordsOf(rows);
  expect(records).toHaveLength(80);
  expect(new Set(records.map(({ event_id }) => event_id)).size).toBe(80);
  // What the broken ones left is swept, what is registered stays.
  expect(await services.blobs.sweep({ olderThan: new Date(Date.now() + 60_000) })).toBeGreaterThan(0);
  const onDisk = await readdir(join(services.blobsFolder, 'compliance', workspaceId));
  expect(onDisk).toHaveLength(rows.length);
  expect(await recordsOf(await files())).toHaveLength(80);
});

test('two that seal at once register each event once', async () => {
  await recordSamples(
    services,
    Array.from({ length: 50 }, (_, index) => tool(index)),
  );
  await Promise.all([1, 2, 3].map(() => sealLogs(services, workspaceId, { maxBytes: 5_000, pageSize: 5 })));
  await sealLogs(services, workspaceId);
  const records = await recordsOf(await files());
  expect(records.map(({ event_id }) => event_id)).toHaveLength(50);
  expect(new Set(records.map(({ event_id }) => event_id)).size).toBe(50);
});

const call = (index: number, more: object = {}) =>
  sampleEvent(workspaceId, {
    kind: 'model.call',
    sameAs: [`mcl_${index}`],
    callId: `mcl_${index}`,
    outcome: 'completed',
    inputTokens: 100,
    cachedInputTokens: 40,
    outputTokens: 10,
    ...more,
  });
const costs = async () =>
  (await recordsOf((await files()).filter(({ event_type }) => event_type === 'COSTS'))).map((each) => {
    if (each.type !== 'COSTS') throw new Error(each.type);
    return each.payload;
  });

test('costs are sealed by the hour, each call once, also when it arrives late or learns something', async () => {
  const { ownerId: memberId } = { ownerId: ada.id ?? '' };
  const mine = { memberId, memberLabel: 'ada@example.com' };
  services.setNow(new Date('2026-11-20T10:50:00Z'));
  await recordSamples(services, [
    call(1, { ...mine, costUsd: 0.25, credits: 5 }),
    call(2, { ...mine, costUsd: 0.5, credits: 10 }),
    call(3, { ...mine, model: 'gpt-oss' }),
    call(4, { outcome: 'refused', inputTokens: null, cachedInputTokens: null, outputTokens: null }),
  ]);
  services.setNow(new Date('2026-11-20T11:04:00Z'));
  expect(await sealCosts(services, workspaceId)).toBe(0);
  services.setNow(new Date('2026-11-20T11:06:00Z'));
  expect(await sealCosts(services, workspaceId)).toBe(1);
  expect(await sealCosts(services, workspaceId)).toBe(0);
  const identity = { user_id: memberId, email: 'ada@example.com', name: 'Ada Lovelace', groups: [] };
  const first = await costs();
  expect(first).toMatchObject([
    {
      day: '2026-11-20',
      hour: 10,
      identity,
      client: 'CODEX_CLI',
      model: 'gpt-5.5',
      measures: {
        usage: { text_input_tokens: 120, text_cached_input_tokens: 80, text_output_tokens: 20 },
        billing: [
          {
            sku: 'codex.gpt-5.5',
            quantity: { value: 220, unit: 'tokens' },
            cost: { value: 15, unit: 'CREDITS' },
            estimated_cost_usd: { value: 0.75, unit: 'USD' },
          },
        ],
      },
    },
    { model: 'gpt-oss', measures: { billing: [] } },
  ]);
  // A call of the hour that is sealed ends, one that was counted learns who it was, and somebody unknown calls.
  services.setNow(new Date('2026-11-20T11:30:00Z'));
  await recordSamples(services, [
    call(5, { ...mine, costUsd: 1, credits: 20 }),
    call(1, { ...mine, turnId: 'turn-9' }),
  ]);
  await recordSamples(services, [call(6, { memberId: null, reportedAt: new Date('2026-11-20T11:20:00Z') })]);
  services.setNow(new Date('2026-11-20T12:10:00Z'));
  await sealCosts(services, workspaceId);
  const all = await costs();
  expect(all.slice(2)).toMatchObject([
    { hour: 10, identity, measures: { usage: { text_output_tokens: 10 } } },
    { hour: 11, identity: null },
  ]);
  const tokens = all.map(({ measures }) => measures.usage.text_output_tokens);
  expect(tokens.reduce((sum, each) => sum + each, 0)).toBe(50);
});
