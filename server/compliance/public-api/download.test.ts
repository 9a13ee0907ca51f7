import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workspaceUuid } from '#contract/workspace-uuid.ts';
import { record, systemActor } from '#server/audit/index.ts';
import { recordSamples, sampleEvent, sampleThread } from '#testing/activity-sample.ts';
import { seedKey } from '#testing/seed-key.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';
import { seedWorkspace } from '#testing/test-services.ts';
import { sealLogs } from '../log-files/seal-logs.ts';

const script = join(import.meta.dirname, '../../../docs/guides/compliance-api/download.mjs');
const run = promisify(execFile);
let reeve: TestReeve;
let workspaceId: string;
let secret: string;
let folder: string;

beforeAll(async () => {
  reeve = await startTestReeve();
  ({ workspaceId } = await seedWorkspace(reeve.services.db));
  const scopes = ['chatgpt.enterprise.compliance_logs_platform.read'] as const;
  ({ secret } = await seedKey(reeve.services, { workspaceId, scopes, name: 'Archive' }));
  folder = await mkdtemp(join(tmpdir(), 'reeve-archive-'));
});
afterAll(async () => {
  await reeve.close();
  await rm(folder, { recursive: true, force: true });
});

const download = () =>
  run(process.execPath, [script, folder, 'CODEX_LOG', 'AUDIT_LOG', 'AUTH_LOG'], {
    env: {
      REEVE_URL: reeve.origin,
      REEVE_KEY: secret,
      REEVE_PAGE: '6',
      REEVE_WORKSPACE: workspaceUuid(workspaceId),
      NODE_EXTRA_CA_CERTS: reeve.authorityFile,
    },
  });
const archived = async () =>
  (await readFile(join(folder, 'events.jsonl'), 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

let made = 0;
const groups: string[] = [];
/** Events in both sources, sealed into files of at most some bytes. */
async function happen(count: number): Promise<void> {
  const { services } = reeve;
  const tools = Array.from({ length: count }, (_, index) => {
    const callId = `call-${made + index}`;
    const tool = { kind: 'tool.completed', sameAs: [sampleThread, callId], outcome: 'completed' } as const;
    return sampleEvent(workspaceId, { ...tool, callId });
  });
  await recordSamples(services, tools);
  for (let index = 0; index < 5; index++) {
    const id = `grp_${made + index}`;
    groups.push(id);
    const subject = { kind: 'group', id, label: id };
    await record(services.db, systemActor('test', workspaceId), 'group.created', { at: services.clock(), subject });
  }
  made += count;
  await sealLogs(services, workspaceId, { maxBytes: 24_000, pageSize: 50 });
}

test('the script of the guide archives every event exactly once, over pages, windows, repeats and being cut off', async () => {
  await happen(600);
  const first = await download();
  expect(first.stderr).toBe('');
  const events = await archived();
  const calls = (all: typeof events) =>
    all.filter(({ type }) => type === 'CODEX_LOG').map(({ event_details }) => event_details.tool_call_id);
  const expected = (count: number) => Array.from({ length: count }, (_, index) => `call-${index}`);
  expect(calls(events).sort()).toEqual(expected(600).sort());

  // One that is reported again, and the archive's end lost as by a crash: it comes again, and is there once.
  const again = { kind: 'tool.completed', sameAs: [sampleThread, 'call-7'], outcome: 'completed' } as const;
  await recordSamples(reeve.services, [sampleEvent(workspaceId, { ...again, callId: 'call-7', turnId: 'turn-1' })]);
  await happen(40);
  const text = await readFile(join(folder, 'events.jsonl'), 'utf8');
  await writeFile(join(folder, 'events.jsonl'), text.slice(0, -100));
  await writeFile(join(folder, 'state.json'), JSON.stringify({ after: '2026-01-01T00:00:00Z' }));
  await download();
  const all = await archived();
  expect(calls(all).sort()).toEqual(expected(640).sort());
  expect(new Set(all.map(({ event_id }) => event_id)).size).toBe(all.length);
  const made = all.filter(({ action }) => action === 'GROUP_CREATE').map(({ action_data }) => action_data.group_id);
  expect(made.sort()).toEqual([...groups].sort());
  // Its own calls are there, too.
  expect(all.filter(({ action }) => action === 'LIST_WORKSPACE_LOG_FILES').length).toBeGreaterThan(0);

  const rows = await reeve.services.db.selectFrom('compliance_log_files').selectAll().execute();
  // Several pages, and fewer than may be downloaded in a minute, twice.
  expect(rows.length).toBeGreaterThan(12);
  expect(rows.length).toBeLessThan(25);
  const files = await readdir(join(folder, 'files'));
  const sha256s = await Promise.all(
    files.map(async (name) =>
      createHash('sha256')
        .update(await readFile(join(folder, 'files', name)))
        .digest('hex'),
    ),
  );
  expect(sha256s.sort()).toEqual(rows.map(({ sha256 }) => sha256).sort());
});
