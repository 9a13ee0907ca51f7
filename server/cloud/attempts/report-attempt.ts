import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { EgressAttempt } from '#contract/internet-access.ts';
import type { ReportRequest } from '#contract/runner-protocol.ts';
import { type AttemptState, attemptStates, isEnded } from '#contract/task-states.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { attemptChanges } from './changes.ts';
import { lineSealer } from './expire-leases.ts';
import { keepRequests } from './keep-requests.ts';
import { findLease, type LeaseRef, lockLease, updateProgress } from './lease-queries.ts';
import { type EgressRow, insertLog, type SealedEntry } from './log-queries.ts';
import { storable, storableOrNull } from './storable.ts';

export type Report = z.infer<typeof ReportRequest>;

/** The same report again makes the same ids; two requests that are alike to the millisecond are told apart by their number. */
function egressRows({ attemptId, epoch }: LeaseRef, egress: readonly EgressAttempt[]): EgressRow[] {
  const seen = new Map<string, number>();
  return egress.map((each) => {
    const text = JSON.stringify(each);
    const number = seen.get(text) ?? 0;
    seen.set(text, number + 1);
    const hash = createHash('sha256').update(`${attemptId}\n${epoch}\n${number}\n${text}`).digest('hex');
    const { method, host, path, address } = each;
    return {
      ...each,
      id: `egr_${hash.slice(0, 32)}`,
      method: storable(method),
      host: storable(host),
      path: storableOrNull(path),
      address: storableOrNull(address),
    };
  });
}

const order = (state: AttemptState): number => attemptStates.indexOf(state);

/** States go forward; an earlier one is a report that was overtaken. */
function newState(now: AttemptState, said: AttemptState | undefined): AttemptState | null {
  if (said === undefined || said === now) return null;
  if (said === 'queued' || isEnded(said))
    throw new ReeveError(
      'bad-input',
      {},
      { message: 'A report says how far an attempt is; its end is told by finish.' },
    );
  return order(said) > order(now) ? said : null;
}

async function sealEntries(
  services: Pick<Services, 'secrets'>,
  { attemptId, base }: { attemptId: string; base: number },
  entries: Report['entries'],
): Promise<SealedEntry[]> {
  const seal = lineSealer(services);
  return Promise.all(
    entries.map(async ({ text, seq, item, ...entry }) => {
      const at = base + seq;
      return { ...entry, item: storableOrNull(item), seq: at, sealedText: await seal(attemptId, at, text) };
    }),
  );
}

/**
 * What a runner says while it works: how far it is, lines of the log, what left the container. Repeating it changes nothing.
 * @throws ReeveError lease-lost, bad-input
 */
export async function reportAttempt(
  services: Pick<Services, 'db' | 'secrets'>,
  lease: LeaseRef,
  report: Report,
): Promise<void> {
  const { db } = services;
  const { attemptId, workspaceId } = lease;
  const found = await findLease(db, lease);
  if (!found) throw new ReeveError('lease-lost');
  // Sealed before the transaction, which holds the row: the base of a lease never changes.
  const entries = await sealEntries(services, { attemptId, base: found.log_base }, report.entries);
  const rows = egressRows(lease, report.egress);
  await db.transaction().execute(async (tx) => {
    const row = await lockLease(tx, lease);
    if (!row) throw new ReeveError('lease-lost');
    const state = newState(row.state, report.state);
    await insertLog(tx, workspaceId, { attemptId, entries });
    await keepRequests(tx, workspaceId, { attemptId, environmentId: row.environment_id, rows });
    await updateProgress(tx, workspaceId, attemptId, {
      state: state ?? row.state,
      firstModelCallAt: report.firstModelCallAt === undefined ? null : new Date(report.firstModelCallAt),
      isFromCache: report.isFromCache ?? null,
      baseCommit: storableOrNull(report.baseCommit ?? null),
    });
  });
  attemptChanges.emit('changed', { attemptId });
}
