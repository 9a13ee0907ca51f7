import { afterAll, beforeAll, expect, it } from 'vitest';
import { countUnknown } from '#server/activity/index.ts';
import { purgeTelemetry, readTelemetryFacts } from '#server/telemetry/index.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { countSent } from './otlp/sender-queries.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());

const now = new Date('2026-11-26T10:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

it('forgets after 90 days who reported', async () => {
  const { db } = services;
  const { workspaceId, ownerId } = await seedWorkspace(db);
  const sent = { workspaceId, memberId: ownerId, records: 1, signal: 'logs' } as const;
  for (const days of [0, 89, 91]) await countSent(db, [sent], hoursAgo(24 * days));
  services.setNow(now);
  expect(await purgeTelemetry(services)).toBe(1);
  services.setNow(null);
});

it('tells who calls without reporting, when somebody last reported, and what Reeve does not know', async () => {
  const { db } = services;
  const { workspaceId, ownerId } = await seedWorkspace(db);
  expect(await readTelemetryFacts(db, workspaceId, now)).toEqual({
    callingMembers: 0,
    reportingMembers: 0,
    newestAt: null,
    unknown: [],
  });
  const silent = await seedMember(db, { workspaceId, email: 'silent@example.com' });
  const away = await seedMember(db, { workspaceId, email: 'away@example.com' });
  const seen = [
    [ownerId, 1],
    [silent, 2],
    [away, 30],
  ] as const;
  for (const [member_id, hours] of seen) {
    const row = { workspace_id: workspaceId, member_id, client: 'codex_exec', version: '0.169.0' };
    const last_seen_at = hoursAgo(hours);
    await db
      .insertInto('seen_clients')
      .values({ ...row, first_seen_at: last_seen_at, last_seen_at })
      .execute();
  }
  const sent = { workspaceId, memberId: ownerId, records: 3 };
  await countSent(db, [{ ...sent, signal: 'logs' }], hoursAgo(1));
  await countSent(
    db,
    [
      { ...sent, signal: 'metrics' },
      { ...sent, memberId: silent, signal: 'metrics' },
    ],
    hoursAgo(0),
  );
  const odd = { workspaceId, source: 'otel', name: 'codex.new', clientVersion: '0.170.0' } as const;
  await countUnknown(db, [odd, { ...odd, clientVersion: null }, odd], hoursAgo(3));
  await countUnknown(db, [{ ...odd, name: 'long ago' }], hoursAgo(24 * 40));
  expect(await readTelemetryFacts(db, workspaceId, now)).toEqual({
    callingMembers: 2,
    reportingMembers: 1,
    newestAt: hoursAgo(1),
    unknown: [{ source: 'otel', name: 'codex.new', times: 3 }],
  });
});
