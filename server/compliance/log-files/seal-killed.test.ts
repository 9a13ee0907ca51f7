import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '#server/config.ts';
import { openDatabase } from '#server/db/open-database.ts';
import { openKeys } from '#server/open-keys.ts';
import { createServices, openMigratedDatabase } from '#server/start.ts';
import { recordSamples, sampleEvent, sampleThread } from '#testing/activity-sample.ts';
import { migratedSnapshot } from '#testing/migrated-snapshot.ts';
import { seedWorkspace } from '#testing/test-services.ts';

let dataFolder: string;
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'reeve-killed-'));
  await (await openDatabase({ url: null, dataFolder, snapshot: await migratedSnapshot() })).close();
});
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

async function withData<Result>(
  use: (services: ReturnType<typeof createServices>) => Promise<Result>,
): Promise<Result> {
  const config = readConfig({ REEVE_DATA: dataFolder });
  const { opened } = await openMigratedDatabase(config);
  try {
    const keys = await openKeys(config, opened.db);
    return await use(createServices({ config, log: pino({ level: 'silent' }) }, { origin: '', opened, keys }));
  } finally {
    await opened.close();
  }
}

/** Seals in small steps, and says a line before and after each file is written and registered. */
const program = (workspaceId: string) => `
  import pino from 'pino';
  import { readConfig } from '#server/config.ts';
  import { openKeys } from '#server/open-keys.ts';
  import { createServices, openMigratedDatabase } from '#server/start.ts';
  import { sealLogs } from '#server/compliance/log-files/seal-logs.ts';
  const config = readConfig();
  const { opened } = await openMigratedDatabase(config);
  const keys = await openKeys(config, opened.db);
  const services = createServices({ config, log: pino({ level: 'silent' }) }, { origin: '', opened, keys });
  const { blobs } = services;
  const told = (run) => async (...args) => {
    console.log('before');
    const result = await run(...args);
    console.log('after');
    return result;
  };
  const telling = { ...blobs, put: told(blobs.put), keep: told(blobs.keep) };
  await sealLogs({ ...services, blobs: telling }, ${JSON.stringify(workspaceId)}, { maxBytes: 8_000, pageSize: 10 });
  await opened.close();
  console.log('done');`;

/** Seals in a process of its own, which is killed at the line with this number. @returns whether it ended by itself */
async function sealUntil(workspaceId: string, killAt: number): Promise<boolean> {
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', program(workspaceId)], {
    cwd: join(import.meta.dirname, '../../..'),
    env: { REEVE_DATA: dataFolder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let seen = 0;
  let isDone = false;
  for await (const line of createInterface({ input: child.stdout })) {
    seen += 1;
    isDone = line === 'done';
    if (seen === killAt) child.kill('SIGKILL');
  }
  await ended;
  return isDone;
}

test('killed at any point, again and again, it seals every event once', { timeout: 180_000 }, async () => {
  const events = 120;
  const workspaceId = await withData(async (services) => {
    const seeded = await seedWorkspace(services.db);
    const tools = Array.from({ length: events }, (_, index) => {
      const more = { callId: `call-${index}`, outcome: 'completed' } as const;
      return sampleEvent(seeded.workspaceId, {
        kind: 'tool.completed',
        sameAs: [sampleThread, `call-${index}`],
        ...more,
      });
    });
    await recordSamples(services, tools);
    return seeded.workspaceId;
  });
  // Before the first file, between file and registration, in the middle of a registration, and in a later step.
  for (const killAt of [1, 4, 14]) expect(await sealUntil(workspaceId, killAt)).toBe(false);
  expect(await sealUntil(workspaceId, Number.POSITIVE_INFINITY)).toBe(true);

  await withData(async ({ db, blobs }) => {
    const files = await db.selectFrom('compliance_log_files').selectAll().orderBy('end_time').execute();
    const contents = await Promise.all(
      files.map(async ({ blob }) => {
        const found = await blobs.get(blob);
        if (!found) throw new Error(`${blob} is not there`);
        return text(found.content);
      }),
    );
    const ids = contents
      .join('')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).event_id);
    expect(ids).toHaveLength(events);
    expect(new Set(ids).size).toBe(events);
    expect(await blobs.sweep({ olderThan: new Date(Date.now() + 60_000) })).toBeGreaterThan(0);
    expect((await blobs.findDamaged(1)).damaged).toEqual([]);
  });
});
