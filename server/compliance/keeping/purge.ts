import type { ComplianceLogType } from '#contract/compliance.ts';
import { type RetentionKind, retentionFacts } from '#contract/compliance-retention.ts';
import { record, systemActor } from '#server/audit/index.ts';
import { shareHoldLock } from '#server/db/not-held.ts';
import type { Services } from '#server/services.ts';
import { sumOfEach } from '../each-workspace.ts';
import { peopleIn } from '../log-lines.ts';
import { listHeldPeople } from './hold-queries.ts';
import { deleteFile, type LogFileRow, listOldFiles, lockFile, savePeople } from './log-file-queries.ts';
import { type Old, type RowKind, rowKinds } from './purge-kinds.ts';
import { daysBefore, readRetention } from './retention.ts';
import { listWorkspaces } from './retention-queries.ts';

const filesAtOnce = 100;

type PurgeServices = Pick<Services, 'db' | 'clock' | 'blobs'>;

async function purgeRows(services: PurgeServices, { purge, atOnce: limit }: RowKind, old: Omit<Old, 'limit'>) {
  for (let total = 0; ; ) {
    const gone = await services.db.transaction().execute(async (tx) => {
      await shareHoldLock(tx);
      return purge(tx, { ...old, limit }, services);
    });
    total += gone;
    if (gone < limit) return total;
  }
}

/** Whether a file holds lines of somebody who is held. It is looked through once; who is in it does not change. */
async function isHeld(services: PurgeServices, file: LogFileRow, held: ReadonlySet<string>): Promise<boolean> {
  if (held.size === 0) return false;
  let people = file.people;
  if (people === null) {
    people = await peopleIn(services, file.blob);
    await savePeople(services.db, file.id, people);
  }
  return people.some((person) => held.has(person));
}

/** Row and key in one transaction: from then on nobody can read any copy of the file. What is left of it is swept. */
async function purgeFile(services: PurgeServices, workspaceId: string, file: LogFileRow): Promise<boolean> {
  const { db, blobs } = services;
  return db.transaction().execute(async (tx) => {
    await shareHoldLock(tx);
    const held = await listHeldPeople(tx, workspaceId);
    const locked = await lockFile(tx, file.id);
    if (!locked || (held.size > 0 && (locked.people === null || locked.people.some((person) => held.has(person)))))
      return false;
    await deleteFile(tx, file.id);
    await blobs.forget(tx, file.blob);
    return true;
  });
}

async function purgeFiles(
  services: PurgeServices,
  old: { workspaceId: string; type: ComplianceLogType; before: Date },
) {
  const { db } = services;
  let total = 0;
  for (let after: Date | null = null; ; ) {
    const files: LogFileRow[] = await listOldFiles(db, old, { after, limit: filesAtOnce });
    for (const file of files) {
      const held = await listHeldPeople(db, old.workspaceId);
      if (!(await isHeld(services, file, held)) && (await purgeFile(services, old.workspaceId, file))) total += 1;
    }
    after = files.at(-1)?.end_time ?? null;
    if (files.length < filesAtOnce) return total;
  }
}

type Gone = Partial<Record<RetentionKind, number>>;

async function purgeKinds(services: PurgeServices, workspaceId: string, gone: Gone): Promise<void> {
  const { db, clock } = services;
  const now = clock();
  for (const { kind, days } of await readRetention(db, workspaceId)) {
    const old = { workspaceId, before: daysBefore(now, Math.max(days, retentionFacts(kind).leastDays)) };
    const rows = rowKinds[kind];
    const count = rows
      ? await purgeRows(services, rows, old)
      : await purgeFiles(services, { ...old, type: kind as ComplianceLogType });
    if (count > 0) gone[kind] = count;
  }
}

async function purgeWorkspace(services: PurgeServices, workspaceId: string): Promise<number> {
  const { db, clock } = services;
  const gone: Gone = {};
  const total = () => Object.values(gone).reduce((sum, count) => sum + count, 0);
  try {
    await purgeKinds(services, workspaceId, gone);
  } finally {
    // What went is told also where a later kind fails.
    if (total() > 0) await record(db, systemActor('reeve', workspaceId), 'compliance.purged', { at: clock(), ...gone });
  }
  return total();
}

/**
 * Takes what has been kept long enough, in small transactions. May end anywhere and start again: what is gone is gone, and the rest is
 * found again.
 */
export async function purgeOldRecords(services: PurgeServices): Promise<number> {
  return sumOfEach(await listWorkspaces(services.db), (workspaceId) => purgeWorkspace(services, workspaceId));
}
