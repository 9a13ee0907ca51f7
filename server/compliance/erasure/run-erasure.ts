import { createHash } from 'node:crypto';
import type { ComplianceLogType } from '#contract/compliance.ts';
import { eraseContentOf, waitForWriters } from '#server/activity/index.ts';
import { type Actor, erasePerson, mentionsOf, record } from '#server/audit/index.ts';
import { eraseTasksOf, namesInCloud } from '#server/cloud/index.ts';
import { namesInConnectors } from '#server/connectors/index.ts';
import { eraseNames } from '#server/db/erase-names.ts';
import { shareHoldLock } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import { forgetFormerTextsOf } from '#server/models/index.ts';
import type { Services } from '#server/services.ts';
import { namesInTeamConfig } from '#server/team-config/index.ts';
import { listHeldPeople } from '../keeping/hold-queries.ts';
import { countFiles, type LogFileRow, listFilesBehind } from '../keeping/log-file-queries.ts';
import { readMarks } from '../log-files/log-file-queries.ts';
import { sealLogs } from '../log-files/seal-logs.ts';
import { endExportsOf } from '../person-export/end-export.ts';
import { activityHead } from '../records/read-activity.ts';
import { type Erasing, erasedText } from './erase-line.ts';
import { findErasure, type JournalRow, listReplaced, lockErasure, updateErasure } from './erasure-queries.ts';
import { replaceFile, rewriteFile } from './rewrite-file.ts';

export type ErasureServices = Pick<Services, 'db' | 'blobs' | 'secrets' | 'clock'>;

const rowsAtOnce = 1_000;
const tasksAtOnce = 20;
const filesAtOnce = 50;

/** Content stands in one log; who somebody is, in all of them. */
const typesOf = ({ with_audit }: Pick<JournalRow, 'with_audit'>): ComplianceLogType[] =>
  with_audit ? ['CODEX_LOG', 'AUDIT_LOG', 'AUTH_LOG', 'COSTS'] : ['CODEX_LOG'];

type Step = JournalRow['step'];

/**
 * One step of the journal in one transaction, which whoever places a hold waits for. Null: it is done, held back, or somebody else is
 * further on.
 */
async function inStep<Result>(
  { db }: ErasureServices,
  { id, step }: { id: string; step: Step },
  run: (tx: Database, row: JournalRow) => Promise<Result>,
): Promise<Result | null> {
  return db.transaction().execute(async (tx) => {
    await shareHoldLock(tx);
    const row = await lockErasure(tx, id);
    if (!row || row.step !== step || row.state === 'done') return null;
    if ((await listHeldPeople(tx, row.workspace_id)).has(row.member_id)) {
      await updateErasure(tx, id, { state: 'held' });
      return null;
    }
    return run(tx, row);
  });
}

async function eraseContents(services: ErasureServices, id: string): Promise<void> {
  // A transaction of its own, because it holds writers up: what they had written and not committed is there to be erased afterwards. The
  // former texts come first: whoever adopts them has taken them before it writes events.
  const begun = await inStep(services, { id, step: 'content' }, async (tx, row) => {
    await forgetFormerTextsOf(tx, { workspaceId: row.workspace_id, memberId: row.member_id });
    await waitForWriters(tx);
    return true;
  });
  if (begun === null) return;
  for (;;) {
    const gone = await inStep(services, { id, step: 'content' }, async (tx, row) => {
      const { workspace_id: workspaceId, member_id: memberId } = row;
      const person = { workspaceId, memberId };
      const rows = await eraseContentOf(tx, { ...person, limit: rowsAtOnce });
      const tasks = await eraseTasksOf(tx, services, orderedBy(row), { ...person, limit: tasksAtOnce });
      const count = rows + tasks;
      const isLast = rows < rowsAtOnce && tasks < tasksAtOnce;
      const next: Step = row.with_audit ? 'audit' : 'files';
      await updateErasure(tx, id, { state: 'running', contents: row.contents + count, ...(isLast && { step: next }) });
      return isLast;
    });
    if (gone !== false) return;
  }
}

const orderedBy = ({ ordered_by_id, ordered_by, workspace_id }: JournalRow): Actor => ({
  kind: ordered_by_id?.startsWith('mem_') ? 'member' : 'key',
  id: ordered_by_id,
  label: ordered_by,
  workspaceId: workspace_id,
  ip: null,
});

/** What names the person, from the journal: `Name <address>`, or the address alone. */
export function namesIn(label: string | null): string[] {
  if (label === null) return [];
  const [, name, email] = /^(.*) <(.+)>$/.exec(label) ?? [null, null, label];
  return [name, email].filter((value): value is string => typeof value === 'string' && value.length >= 3);
}

async function eraseAudit(services: ErasureServices, id: string): Promise<void> {
  await inStep(services, { id, step: 'audit' }, async (tx, row) => {
    const { workspace_id: workspaceId, member_id: memberId, reason, member_label } = row;
    const person = { workspaceId, memberId, values: namesIn(member_label), reason, at: services.clock() };
    const { entries } = await erasePerson(tx, orderedBy(row), person);
    const names = { ...person, isNamed: mentionsOf(person.values), replacement: erasedText };
    await eraseNames(tx, [...namesInCloud, ...namesInConnectors, ...namesInTeamConfig], names);
    await updateErasure(tx, id, { state: 'running', audit_entries: entries, step: 'files' });
  });
}

/**
 * Seals everything up to what had arrived when the content went. A sealer that had read content before then has either registered its
 * files by now, where they are found, or is overtaken and cannot any more.
 */
async function sealBefore(services: ErasureServices, workspaceId: string): Promise<void> {
  const head = await activityHead(services.db, workspaceId);
  do await sealLogs(services, workspaceId);
  while ((await readMarks(services.db, workspaceId)).activity_seq < head);
}

/** Rewrites outside the transaction; what is not registered then is swept. @returns whether the journal moved */
async function eraseFile(services: ErasureServices, id: string, file: LogFileRow, erasing: Erasing): Promise<boolean> {
  const rewritten = await rewriteFile(services, file, erasing);
  const moved = await inStep(services, { id, step: 'files' }, async (tx, row) => {
    if (row.done_to !== null && row.done_to >= file.end_time) return true;
    if (rewritten) await replaceFile(services, tx, file, { erasureId: id, rewritten });
    await updateErasure(tx, id, {
      state: 'running',
      done_to: file.end_time,
      files_looked: row.files_looked + 1,
      lines: row.lines + (rewritten?.lines ?? 0),
      last_error: null,
    });
    return true;
  });
  return moved === true;
}

async function eraseFiles(services: ErasureServices, id: string, signal: AbortSignal): Promise<void> {
  const { db } = services;
  const start = await findErasure(db, id);
  if (start?.step !== 'files') return;
  const { workspace_id: workspaceId, member_id: memberId } = start;
  // While they are held nothing is written, sealed files included.
  const goesOn = await inStep(services, { id, step: 'files' }, () => Promise.resolve(true));
  if (goesOn === null) return;
  await sealBefore(services, workspaceId);
  const types = typesOf(start);
  await inStep(services, { id, step: 'files' }, async (tx, row) => {
    const total = row.files_looked + (await countFiles(tx, workspaceId, types));
    if (row.done_to === null) await updateErasure(tx, id, { files_total: total });
  });
  const at = services.clock().toISOString();
  const values = start.with_audit ? namesIn(start.member_label) : [];
  const erasing: Erasing = { erasureId: id, memberId, values, at, by: start.ordered_by_id };
  for (let after = start.done_to; ; ) {
    const files: LogFileRow[] = await listFilesBehind(db, { workspaceId, types }, { after, limit: filesAtOnce });
    for (const file of files) {
      if (signal.aborted || !(await eraseFile(services, id, file, erasing))) return;
      after = file.end_time;
    }
    if (files.length < filesAtOnce) break;
  }
  await finish(services, id);
}

/** One number for the whole list of replaced files, which the audit log keeps: `old id, old SHA-256, new id, new SHA-256` a line. */
export async function digestOfReplaced(db: Database, workspaceId: string, erasureId: string): Promise<string> {
  const digest = createHash('sha256');
  for (let after = ''; ; ) {
    const rows = await listReplaced(db, { workspaceId, erasureId }, { after, limit: 500 });
    for (const { old_id, old_sha256, new_id, new_sha256 } of rows)
      if (old_id > after) digest.update(`${old_id} ${old_sha256} ${new_id} ${new_sha256}\n`);
    const last = rows.at(-1);
    if (!last || rows.length <= 500) return digest.digest('hex');
    after = last.old_id;
  }
}

async function finish(services: ErasureServices, id: string): Promise<void> {
  await inStep(services, { id, step: 'files' }, async (tx, row) => {
    const at = services.clock();
    const { workspace_id: workspaceId, member_id: memberId, with_audit } = row;
    const label = with_audit ? erasedText : (row.member_label ?? memberId);
    const stays = with_audit ? null : row.member_label;
    await endExportsOf(services, tx, { workspaceId, memberId });
    await updateErasure(tx, id, {
      state: 'done',
      step: 'done',
      finished_at: at,
      last_error: null,
      member_label: stays,
    });
    const done = await findErasure(tx, id);
    await record(tx, orderedBy(row), 'erasure.finished', {
      at,
      subject: { kind: 'member', id: memberId, label },
      erasureId: id,
      contents: row.contents,
      files: done?.files_replaced ?? 0,
      lines: row.lines,
      filesSha256: await digestOfReplaced(tx, workspaceId, id),
    });
  });
}

/**
 * Goes on with an erasure where its journal stands. May be ended anywhere: each step is done with its entry in the journal or not at all.
 * While the person is held, nothing happens.
 */
export async function runErasure(services: ErasureServices, id: string, signal: AbortSignal): Promise<void> {
  await eraseContents(services, id);
  if (signal.aborted) return;
  await eraseAudit(services, id);
  if (!signal.aborted) await eraseFiles(services, id, signal);
}
