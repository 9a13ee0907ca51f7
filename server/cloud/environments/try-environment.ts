import type { z } from 'zod';
import type { EnvironmentTry } from '#contract/environments.ts';
import { leaseSeconds } from '#contract/runner-protocol.ts';
import { type AttemptState, endings, isEnded } from '#contract/task-states.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { findRepository, type RepositoryRow, requireRepositoryAccess } from '#server/connectors/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { AttemptNeeds } from '#server/db/cloud-tables.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from '../attempts/changes.ts';
import { cancelAttempt } from '../attempts/end-attempt.ts';
import { fitRunner } from '../attempts/fit-runner.ts';
import { requireRoom } from '../tasks/limits.ts';
import { readWhyWaits } from '../tasks/why-it-waits.ts';
import { listLiveRunners } from './choice-queries.ts';
import { requireCloudOn } from './cloud-gate.ts';
import { needsOf } from './describe-job.ts';
import { type EnvironmentRow, lockEnvironment } from './environment-queries.ts';
import { type EnvironmentUser, subjectOf } from './environment-user.ts';
import { requireEnvironment } from './require-environment.ts';
import { countRunningTries, findTry, insertTry, type TryRow } from './try-queries.ts';

type Try = z.infer<typeof EnvironmentTry>;
type Runners = Awaited<ReturnType<typeof listLiveRunners>>;

/** A runner that said nothing for longer has lost its leases. */
export const heardOfSince = (now: Date): Date => new Date(now.getTime() - leaseSeconds * 1000);

const fits = (needs: AttemptNeeds, runners: Runners): boolean =>
  runners.some((runner) => runner.drainingAt === null && fitRunner(runner, needs) !== null);

function tryStateOf(state: AttemptState): Try['state'] {
  if (state === 'queued' || state === 'failed' || state === 'cancelled') return state;
  return state === 'completed' ? 'passed' : 'running';
}

function sentenceOf({ state, ending, detail, needs }: TryRow, { runners, whyWaits }: Around): string | null {
  if (ending !== null) return [endings[ending].sentence, detail].filter(Boolean).join(' ');
  if (state !== 'queued') return null;
  if (whyWaits !== null) return whyWaits;
  return fits(needs, runners)
    ? 'It waits for a runner that is free.'
    : 'No runner fits this environment at this moment. It waits for one.';
}

interface Around {
  /** That were heard of lately. */
  runners: Runners;
  /** Limits that hold its member's attempts up. */
  whyWaits: string | null;
}

/** What one waits for is told by what is around it. */
export const asTry = (row: TryRow, around: Around): Try => ({
  id: row.taskId,
  attemptId: row.attemptId,
  state: tryStateOf(row.state),
  sentence: sentenceOf(row, around),
  startedAt: row.startedAt?.toISOString() ?? null,
  finishedAt: isEnded(row.state) ? (row.finishedAt?.toISOString() ?? null) : null,
});

type TryingServices = Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>;

/** The one that tasks work on when they say nothing else; what set-up prints may be all that is in it, so the member has to be allowed to read it. */
async function requireFirstRepository(
  services: TryingServices,
  { memberId }: EnvironmentUser,
  { workspaceId, repositoryIds, label }: EnvironmentRow,
): Promise<RepositoryRow> {
  const repositoryId = repositoryIds[0] ?? '';
  const why = `a try of ${label}`;
  await requireRepositoryAccess(services, { workspaceId, memberId, repositoryId, need: 'read', why });
  const repository = await findRepository(services.db, workspaceId, repositoryId);
  if (!repository) throw new ReeveError('not-found', { repositoryId });
  return repository;
}

/**
 * Set-up once, without an agent, as an attempt of its own kind. One at a time for each member and environment.
 * @throws ReeveError cloud-off, not-found, task-running, task-limit, and what `requireRepositoryAccess` throws
 */
export async function tryEnvironment(
  services: TryingServices,
  by: EnvironmentUser & { actor: Actor },
  environmentId: string,
): Promise<Try> {
  const { db, clock, secrets } = services;
  const { workspaceId, memberId, actor } = by;
  await requireCloudOn(db, workspaceId);
  const environment = await requireEnvironment(db, by, environmentId);
  const repository = await requireFirstRepository(services, by, environment);
  const at = clock();
  const [taskId, attemptId] = [newId('task_e'), newId('att')];
  const sealedTitle = await secrets.seal(`Set-up of ${environment.label}`, `cloud_tasks/${taskId}/title`);
  const sealedPrompt = await secrets.seal('', `cloud_turns/${taskId}/1/prompt`);
  await db.transaction().execute(async (tx) => {
    // Whoever else tries it, or deletes it, at this moment waits here.
    if (!(await lockEnvironment(tx, workspaceId, environmentId))) throw new ReeveError('not-found', { environmentId });
    if ((await countRunningTries(tx, workspaceId, { memberId, environmentId })) > 0)
      throw new ReeveError('task-running', { environmentId });
    await requireRoom(tx, by, 1);
    await insertTry(tx, workspaceId, {
      taskId,
      attemptId,
      memberId,
      environmentId,
      environmentLabel: environment.label,
      repository: { id: repository.id, name: repository.name, branch: repository.defaultBranch },
      sealedTitle,
      sealedPrompt,
      needs: needsOf(environment),
      at,
    });
    await record(tx, actor, 'environment.tried', { at, subject: subjectOf(environment), taskId });
  });
  tellChanged(workspaceId, [attemptId]);
  return readTry(services, by, { id: environmentId, tryId: taskId });
}

/** Of one's own. @throws ReeveError not-found */
export async function readTry(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, memberId }: EnvironmentUser,
  { id, tryId }: { id: string; tryId: string },
): Promise<Try> {
  const row = await findTry(db, workspaceId, { memberId, environmentId: id, id: tryId });
  if (!row) throw new ReeveError('not-found', { tryId });
  const whyWaits = row.state === 'queued' ? await readWhyWaits(db, { workspaceId, memberId }) : null;
  return asTry(row, { runners: await listLiveRunners(db, workspaceId, heardOfSince(clock())), whyWaits });
}

/** Of one's own; works while Codex cloud is off. To cancel what has ended changes nothing. @throws ReeveError not-found */
export async function cancelTry(
  services: Pick<Services, 'db' | 'clock'>,
  by: EnvironmentUser & { actor: Actor },
  { id, tryId }: { id: string; tryId: string },
): Promise<Try> {
  const { db, clock } = services;
  const { workspaceId, memberId, actor } = by;
  const attemptId = await db.transaction().execute(async (tx) => {
    const row = await findTry(tx, workspaceId, { memberId, environmentId: id, id: tryId });
    if (!row) throw new ReeveError('not-found', { tryId });
    const at = clock();
    const how = await cancelAttempt(tx, workspaceId, { attemptId: row.attemptId, at, actor });
    const subject = subjectOf({ id, label: row.environmentLabel });
    await record(tx, actor, 'environment.try-cancelled', { at, subject, taskId: tryId, how: how ?? 'had ended' });
    return row.attemptId;
  });
  tellChanged(workspaceId, [attemptId]);
  return readTry(services, by, { id, tryId });
}
