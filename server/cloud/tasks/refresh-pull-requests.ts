import { setTimeout as wait } from 'node:timers/promises';
import { readPullRequest } from '#server/connectors/index.ts';
import { isReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { claimCheck, listPullRequestRows, type PullRequestRow, storeNews } from './pull-request-queries.ts';

const minuteMs = 60_000;
/** How long a page waits for the git server; what it says later is there next time. */
const longestWaitMs = 2_000;

export async function askAgain(
  services: Services,
  workspaceId: string,
  pull: Pick<PullRequestRow, 'task_id' | 'repository_id' | 'number'>,
): Promise<void> {
  if (pull.number === null) return;
  const place = { repositoryId: pull.repository_id, number: pull.number };
  const askedAt = services.clock();
  const now = await readPullRequest(services, { workspaceId, ...place, forWhom: `task ${pull.task_id}` });
  const news = { state: now.state, headSha: now.headSha, updatedAt: now.updatedAt, askedAt };
  await storeNews(services.db, workspaceId, place, news);
}

/** Open ones of the task that nobody asked about for a minute. What the git server refuses to tell stays as it was. */
export async function refreshPullRequests(
  services: Services,
  { workspaceId }: { workspaceId: string },
  taskId: string,
): Promise<void> {
  const { db, clock, log } = services;
  const now = clock();
  const notSince = new Date(now.getTime() - minuteMs);
  const open = (await listPullRequestRows(db, workspaceId, [taskId])).filter(
    ({ state, number, checked_at }) => state === 'open' && number !== null && checked_at <= notSince,
  );
  const asking = open.map(async (pull) => {
    if (!(await claimCheck(db, { workspaceId, id: pull.id, now, notSince }))) return;
    await askAgain(services, workspaceId, pull).catch((error: unknown) => {
      if (!isReeveError(error)) log.error({ err: error }, 'a pull request could not be read');
    });
  });
  if (asking.length > 0) await Promise.race([Promise.all(asking), wait(longestWaitMs, undefined, { ref: false })]);
}
