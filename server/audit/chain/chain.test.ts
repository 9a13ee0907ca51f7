import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { listLinks } from '../chain-queries.ts';
import { type Actor, record, recordAll, systemActor } from '../index.ts';
import { linkHash } from './chain-link.ts';
import { writeEntryLine } from './entry-line.ts';
import type { StoredEntry } from './stored-entry.ts';
import { ChainVerifier } from './verify-chain.ts';

let services: TestServices;
let ada: Actor;
let workspaceId: string;
beforeAll(async () => {
  services = await openTestServices();
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  ada = { kind: 'member', id: seeded.ownerId, label: 'Ada <ada@example.com>', workspaceId, ip: '192.0.2.1' };
});
afterAll(() => services.close());

const subject = { kind: 'group', id: 'grp_1', label: 'Kernel' };
const at = new Date('2026-03-01T12:00:00.123Z');

test('every entry is a link behind the one before, by the time its change is there', async () => {
  await services.db.transaction().execute(async (tx) => {
    await record(tx, ada, 'group.created', {
      at,
      subject,
      after: { name: 'Kernel', size: 1e21, '10': 'x', '9': ['y', null] },
    });
    await recordAll(
      tx,
      ada,
      'group.updated',
      [1, 2, 3].map((size) => ({ at, subject, after: { size } })),
    );
  });
  await record(services.db, ada, 'group.deleted', { at, subject, before: { name: '\u{1f600}\ud800 \u2028' } });
  await expect(
    services.db.transaction().execute(async (tx) => {
      await record(tx, ada, 'group.created', { at, subject });
      throw new Error('did not happen');
    }),
  ).rejects.toThrow('did not happen');
  await record(services.db, systemActor('reeve'), 'keys.rotated', { at });

  const rows = await listLinks(services.db, workspaceId, { after: 0, limit: 100 });
  expect(rows.map(({ seq, event }) => [seq, event])).toEqual([
    [1, 'group.created'],
    [2, 'group.updated'],
    [3, 'group.updated'],
    [4, 'group.updated'],
    [5, 'group.deleted'],
  ]);
  const problems: string[] = [];
  const chain = new ChainVerifier(workspaceId, ({ message }) => problems.push(message));
  for (const row of rows) chain.add(JSON.parse(writeEntryLine(row, row as StoredEntry)));
  chain.end();
  expect(problems).toEqual([]);
  expect(chain.entries).toBe(5);
  const [first] = rows;
  expect(linkHash({ chain: workspaceId, seq: 1, previous: '0'.repeat(64), seal: first?.seal ?? '' })).toBe(first?.hash);
  expect(await listLinks(services.db, 'installation', { after: 0, limit: 10 })).toHaveLength(1);
});
