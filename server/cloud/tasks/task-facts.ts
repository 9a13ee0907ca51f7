import { z } from 'zod';
import type { TaskSummary } from '#contract/tasks.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Services } from '#server/services.ts';
import { listAnyTaskRows, readAnyTaskRow, type TaskRow } from './queries.ts';
import { contentContext } from './task-content.ts';

/** What is known of a task beside what was said in it: for those who keep watch over the workspace. */
export interface TaskFacts {
  id: string;
  /** Null: the person is gone. */
  memberId: string | null;
  title: string;
  environmentId: string | null;
  environmentLabel: string;
  repository: string;
  branch: string;
  mode: 'ask' | 'code';
  source: TaskSummary['source'];
  isArchived: boolean;
  createdAt: Date;
  updatedAt: Date;
}

type FactServices = Pick<Services, 'db' | 'secrets'>;

const factsOf = async ({ secrets }: FactServices, row: TaskRow): Promise<TaskFacts> => ({
  id: row.id,
  memberId: row.member_id,
  title: await secrets.open(row.sealed_title, contentContext.title(row.id)),
  environmentId: row.environment_id,
  environmentLabel: row.environment_label,
  repository: row.repository,
  branch: row.branch,
  mode: row.mode,
  source: row.source,
  isArchived: row.archived_at !== null,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const Position = z.tuple([z.iso.datetime(), z.string()]);

/** Everybody's, what changed last first. A task that changes between two pages may come again. @throws ReeveError bad-input for a made-up cursor */
export async function listTaskFacts(
  services: FactServices,
  workspaceId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: TaskFacts[]; nextCursor: string | null }> {
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, Position);
  const after = at !== undefined && id !== undefined ? { at: new Date(at), id } : null;
  const rows = await listAnyTaskRows(services.db, workspaceId, { after, limit: limit + 1 });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [row.updated_at.toISOString(), row.id]);
  return { items: await Promise.all(page.map((row) => factsOf(services, row))), nextCursor };
}

export async function findTaskFacts(
  services: FactServices,
  workspaceId: string,
  id: string,
): Promise<TaskFacts | null> {
  const row = await readAnyTaskRow(services.db, workspaceId, id);
  return row ? factsOf(services, row) : null;
}
