import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { attemptChanges, tellChanged } from '../attempts/changes.ts';
import { settleLease } from '../attempts/end-attempt.ts';
import { lineSealer } from '../attempts/expire-leases.ts';
import { lockLeasesOfRunner } from '../attempts/lease-queries.ts';
import { deleteCachesOfRunner, lockRunner, type RunnerRow, updateRunner } from './queries.ts';

type Part = Pick<Services, 'db' | 'clock' | 'secrets'>;

interface Which {
  workspaceId: string;
  id: string;
}

const subjectOf = ({ id, name }: RunnerRow) => ({ kind: 'runner', id, label: name });

/** What it runs goes on; it gets nothing new while it drains. @throws ReeveError not-found */
export async function drainRunner(
  { db, clock }: Part,
  actor: Actor,
  { workspaceId, id, isDraining }: Which & { isDraining: boolean },
): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const runner = await lockRunner(tx, workspaceId, id);
    if (!runner) throw new ReeveError('not-found');
    if ((runner.draining_at !== null) === isDraining) return;
    await updateRunner(tx, workspaceId, id, { drainingAt: isDraining ? at : null });
    await record(tx, actor, 'runner.drained', { at, subject: subjectOf(runner), after: { isDraining } });
  });
  if (!isDraining) attemptChanges.emit('queued', { workspaceId });
}

/** @throws ReeveError not-found */
export async function labelRunner(
  { db, clock }: Part,
  actor: Actor,
  { workspaceId, id, labels }: Which & { labels: readonly string[] },
): Promise<void> {
  const at = clock();
  const unique = [...new Set(labels)];
  await db.transaction().execute(async (tx) => {
    const runner = await lockRunner(tx, workspaceId, id);
    if (!runner) throw new ReeveError('not-found');
    await updateRunner(tx, workspaceId, id, { labels: unique });
    const change = { before: { labels: runner.labels }, after: { labels: unique } };
    await record(tx, actor, 'runner.labelled', { at, subject: subjectOf(runner), ...change });
  });
  attemptChanges.emit('queued', { workspaceId });
}

const removedWords = 'Its runner was removed. The attempt waits for another one and begins again.';

/** Its secret works no more, and what it runs waits for another one. That is no loss of the attempts. @throws ReeveError not-found */
export async function removeRunner(services: Part, actor: Actor, { workspaceId, id }: Which): Promise<void> {
  const { db, clock } = services;
  const at = clock();
  const seal = lineSealer(services);
  const attempts = await db.transaction().execute(async (tx) => {
    const runner = await lockRunner(tx, workspaceId, id);
    if (!runner) throw new ReeveError('not-found');
    await updateRunner(tx, workspaceId, id, { removedAt: at });
    const leases = await lockLeasesOfRunner(tx, workspaceId, id);
    for (const lease of leases) await settleLease(tx, lease, { at, why: removedWords, isLoss: false, seal });
    await deleteCachesOfRunner(tx, workspaceId, id);
    await record(tx, actor, 'runner.removed', { at, subject: subjectOf(runner), attempts: leases.length });
    return leases.map((lease) => lease.id);
  });
  tellChanged(workspaceId, attempts);
}
