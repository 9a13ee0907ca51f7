import { systemActor } from '#server/audit/index.ts';
import type { BackgroundJob } from '#server/jobs/open-jobs.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from '../attempts/changes.ts';
import { endAttempt } from '../attempts/end-attempt.ts';
import { fitRunner } from '../attempts/fit-runner.ts';
import { removeRunner } from './change-runner.ts';
import { deleteRemovedRunners, listForgottenRunners, listLongQueued, listRunners, purgeTokens } from './queries.ts';

type Part = Pick<Services, 'db' | 'clock'>;

const hourMs = 3_600_000;
/** So long a task waits for a machine that somebody may be setting up. */
const waitsForRunnerMs = 24 * hourMs;
const forgottenAfterMs = 30 * 24 * hourMs;
const removedStayMs = 30 * 24 * hourMs;
const tokensStayMs = 30 * 24 * hourMs;

/** Ends what has waited a day for a runner that is not there. @returns how many */
export async function endUnfit({ db, clock }: Part): Promise<number> {
  const at = clock();
  const waiting = await listLongQueued(db, new Date(at.getTime() - waitsForRunnerMs));
  let ended = 0;
  for (const [workspaceId, attempts] of Map.groupBy(waiting, (row) => row.workspaceId)) {
    const runners = await listRunners(db, workspaceId);
    const unfit = attempts.filter(({ needs }) => !runners.some((runner) => fitRunner(runner, needs) !== null));
    for (const { id: attemptId } of unfit) {
      const end = { workspaceId, attemptId, ending: 'no-runner', at, ifQueued: true } as const;
      if (await db.transaction().execute((tx) => endAttempt(tx, end))) ended += 1;
      tellChanged(workspaceId, [attemptId]);
    }
  }
  return ended;
}

/** Removes runners that nobody has heard of for a month. @returns how many */
async function removeForgotten(services: Part): Promise<number> {
  const before = new Date(services.clock().getTime() - forgottenAfterMs);
  const forgotten = await listForgottenRunners(services.db, before);
  for (const { id, workspaceId } of forgotten)
    await removeRunner(services, systemActor('Codex cloud', workspaceId), { workspaceId, id });
  return forgotten.length;
}

/** A machine that is made for a day, and then another, leaves no end of rows. @returns how many there were */
async function deleteRemoved({ db, clock }: Part): Promise<number> {
  const before = new Date(clock().getTime() - removedStayMs);
  let deleted = 0;
  for (;;) {
    const some = await db.transaction().execute((tx) => deleteRemovedRunners(tx, before));
    if (some === 0) return deleted;
    deleted += some;
  }
}

export const runnerJobs = (services: Part): BackgroundJob[] => [
  { name: 'end-unfit-attempts', cron: '23 * * * *', run: async () => ({ ended: await endUnfit(services) }) },
  {
    name: 'purge-runners',
    cron: '33 3 * * *',
    run: async () => ({
      removed: await removeForgotten(services),
      deleted: await deleteRemoved(services),
      tokens: await purgeTokens(services.db, new Date(services.clock().getTime() - tokensStayMs)),
    }),
  },
];
