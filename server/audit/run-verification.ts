import type { Verification } from '#contract/audit-chain.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Services } from '#server/services.ts';
import { chainOf } from './chain/chain-link.ts';
import { readKeys } from './chain/checkpoint.ts';
import type { VerificationReport } from './chain/verification.ts';
import { verifyExport } from './chain/verify-export.ts';
import { exportChain } from './export-chain.ts';
import { findEnd } from './make-checkpoint.ts';
import { type Actor, record } from './record.ts';
import { publicKeys } from './signing-key.ts';
import {
  deleteOldVerifications,
  endVerification,
  findNewestVerification,
  insertVerification,
  noteProgress,
  type VerificationRow,
} from './verification-queries.ts';

type VerificationServices = Pick<Services, 'db' | 'clock' | 'secrets' | 'config' | 'log' | 'signals'>;

const linesPerNote = 2_000;
/** No process is behind one that has not moved for this long. */
const deadAfterMs = 60_000;
const keptDays = 90;
const shownProblems = 50;

const stateOf = (row: VerificationRow, now: Date): Verification['state'] => {
  if (row.report !== null) return row.report.isValid === true ? 'valid' : 'invalid';
  if (row.ended_at !== null || now.getTime() - row.alive_at.getTime() > deadAfterMs) return 'broken-off';
  return 'running';
};

export function asVerification(row: VerificationRow, now: Date): Verification {
  const report = row.report as VerificationReport | null;
  return {
    id: row.id,
    startedBy: row.started_by,
    startedAt: row.started_at.toISOString(),
    state: stateOf(row, now),
    checked: row.checked,
    total: row.total,
    endedAt: row.ended_at?.toISOString() ?? null,
    problemCount: report?.problemCount ?? 0,
    problems: (report?.problems ?? []).slice(0, shownProblems),
    erasures: report?.erasures ?? [],
    earlier: report?.earlier ?? 0,
  };
}

class Stopped extends Error {}

/** Tells how far it is, and ends when the server does. */
async function* watched(
  { db, clock, signals }: VerificationServices,
  id: string,
  lines: AsyncIterable<string>,
): AsyncGenerator<string> {
  let isStopping = false;
  const stop = () => {
    isStopping = true;
  };
  signals.once('stopping', stop);
  try {
    let count = 0;
    for await (const line of lines) {
      yield line;
      count += 1;
      if (isStopping) throw new Stopped();
      if (count % linesPerNote === 0) await noteProgress(db, id, { checked: count, at: clock() });
    }
  } finally {
    signals.off('stopping', stop);
  }
}

async function run(services: VerificationServices, { id, chain, upTo }: { id: string; chain: string; upTo: number }) {
  const { db, clock, log } = services;
  try {
    const lines = watched(services, id, exportChain(db, chain, { upTo, at: clock() }));
    const report = await verifyExport(lines, { keys: await readKeys((await publicKeys(db)).keys) });
    await endVerification(db, id, { checked: report.entries, at: clock(), report });
    if (!report.isValid) log.warn({ chain, problems: report.problemCount }, 'the audit log is not what was sealed');
  } catch (error) {
    if (!(error instanceof Stopped)) log.error({ err: error, chain }, 'a verification of the audit log broke off');
    await endVerification(db, id, { checked: 0, at: clock(), report: null }).catch(() => undefined);
  }
}

/** Begins to verify the whole log of a workspace; one that runs already goes on instead. */
export async function startVerification(
  services: VerificationServices,
  { workspaceId, actor }: { workspaceId: string; actor: Actor },
): Promise<Verification> {
  const { db, clock } = services;
  const chain = chainOf(workspaceId);
  const id = newId('ver');
  const upTo = await findEnd(services, chain);
  const at = clock();
  const { row, isStarted } = await db.transaction().execute(async (tx) => {
    await record(tx, actor, 'audit.verified', { at, entries: upTo });
    const present = await findNewestVerification(tx, chain);
    if (present && stateOf(present, at) === 'running') return { row: present, isStarted: false };
    await deleteOldVerifications(tx, chain, new Date(at.getTime() - keptDays * 86_400_000));
    return {
      row: await insertVerification(tx, { id, chain, startedBy: actor.label, at, total: upTo }),
      isStarted: true,
    };
  });
  if (isStarted) void run(services, { id, chain, upTo });
  // As it began: a short log is verified before the answer is written.
  return asVerification(row, at);
}
