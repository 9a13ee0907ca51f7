import { z } from 'zod';
import type { TaskStatus, TaskSummary } from '#contract/tasks.ts';
import { cutPage, decodeCursor, encodeCursor } from '#server/db/keyset.ts';
import type { Services } from '#server/services.ts';
import { listGroupLimitsOf } from '../group-limits/queries.ts';
import { listNewestAttempts } from './attempt-queries.ts';
import { newestOfEachPlace } from './attempt-rows.ts';
import { queuedPerMember } from './limits.ts';
import { type ListedTasks, listTaskRows } from './list-queries.ts';
import { listPullRequestRows } from './pull-request-queries.ts';
import type { Owner, TaskRow } from './queries.ts';
import { summaryOf } from './show-task.ts';
import { readLoad } from './standing-queries.ts';
import { contentContext } from './task-content.ts';

export interface TaskPage {
  items: TaskSummary[];
  nextCursor: string | null;
}

export interface TaskFilter {
  cursor?: string | undefined;
  limit: number;
  show: 'current' | 'archived' | 'all';
  environmentId?: string | undefined;
  status?: TaskStatus | undefined;
  search?: string | undefined;
}

const Position = z.tuple([z.iso.datetime(), z.string()]);
const positionOf = (row: TaskRow) => [row.created_at.toISOString(), row.id] as const;

type ListServices = Pick<Services, 'db' | 'secrets'>;

async function summariesOf(services: ListServices, workspaceId: string, rows: readonly TaskRow[]) {
  const ids = rows.map(({ id }) => id);
  const attempts = newestOfEachPlaceByTask(await listNewestAttempts(services.db, workspaceId, ids));
  const pulls = Map.groupBy(await listPullRequestRows(services.db, workspaceId, ids), (pull) => pull.task_id);
  return Promise.all(
    rows.map((task) =>
      summaryOf(services, task, { newest: attempts.get(task.id) ?? [], pulls: pulls.get(task.id) ?? [] }),
    ),
  );
}

function newestOfEachPlaceByTask(rows: Awaited<ReturnType<typeof listNewestAttempts>>) {
  const byTask = Map.groupBy(rows, (row) => row.task_id);
  return new Map([...byTask].map(([id, own]) => [id, newestOfEachPlace(own)]));
}

/** Titles are sealed, so a search opens them one page after the other; it says where it stopped. */
const searchedAtOnce = 200;
const mostSearched = 2_000;

async function searchRows(
  { db, secrets }: ListServices,
  owner: Owner,
  { search, limit, ...filter }: Omit<ListedTasks, 'limit'> & { search: string; limit: number },
): Promise<{ page: TaskRow[]; nextCursor: string | null }> {
  const words = search.toLocaleLowerCase('en');
  const found: TaskRow[] = [];
  let { after } = filter;
  for (let looked = 0; looked < mostSearched; looked += searchedAtOnce) {
    const rows = await listTaskRows(db, owner, { ...filter, after, limit: searchedAtOnce });
    const titles = await Promise.all(rows.map((row) => secrets.open(row.sealed_title, contentContext.title(row.id))));
    for (const [index, row] of rows.entries()) {
      after = { at: row.created_at, id: row.id };
      const facts = [titles[index], row.repository, row.environment_label, row.branch, row.id];
      if (facts.some((fact) => fact?.toLocaleLowerCase('en').includes(words))) found.push(row);
      if (found.length === limit) return { page: found, nextCursor: encodeCursor(positionOf(row)) };
    }
    if (rows.length < searchedAtOnce) return { page: found, nextCursor: null };
  }
  return { page: found, nextCursor: after && encodeCursor([after.at.toISOString(), after.id]) };
}

/** One's own tasks, newest first. */
export async function listTasks(services: ListServices, owner: Owner, filter: TaskFilter): Promise<TaskPage> {
  const { cursor, limit, show, environmentId, status, search } = filter;
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, Position);
  const after = at !== undefined && id !== undefined ? { at: new Date(at), id } : null;
  const chosen = { show, environmentId, status, after };
  const { page, nextCursor } = search?.trim()
    ? await searchRows(services, owner, { ...chosen, search: search.trim(), limit })
    : cutPage(await listTaskRows(services.db, owner, { ...chosen, limit: limit + 1 }), limit, positionOf);
  return { items: await summariesOf(services, owner.workspaceId, page), nextCursor };
}

export async function readLimits({ db }: Pick<Services, 'db'>, owner: Owner) {
  const { running, queued, runningPerMember } = await readLoad(db, owner);
  const groups = await listGroupLimitsOf(db, owner.workspaceId, owner.memberId);
  return { running, queued, runningPerMember, queuedPerMember, groups };
}
