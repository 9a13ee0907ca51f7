import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { attemptChanges } from '../attempts/changes.ts';
import { fenceLeasesOfRunner } from '../attempts/lease-queries.ts';
import { deleteCachesOfRunner, lockRunner, type RunnerRow, updateRunner } from './queries.ts';

type Part = Pick<Services, 'db' | 'clock'>;

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

/**
 * Its secret works no more, and nothing that it says or runs counts any more, its tokens included. What it runs is put back when its
 * leases would have ended, because only then it can be sure that the runner has killed it; that is no loss of the attempts.
 * @throws ReeveError not-found
 */
export async function removeRunner({ db, clock }: Part, actor: Actor, { workspaceId, id }: Which): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const runner = await lockRunner(tx, workspaceId, id);
    if (!runner) throw new ReeveError('not-found');
    await updateRunner(tx, workspaceId, id, { removedAt: at });
    const attempts = await fenceLeasesOfRunner(tx, workspaceId, id);
    await deleteCachesOfRunner(tx, workspaceId, id);
    await record(tx, actor, 'runner.removed', { at, subject: subjectOf(runner), attempts });
  });
}
