import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import {
  countLogLines,
  countRequests,
  countTasks,
  countTasksWithFiles,
  forgetFileNames,
  lockOldTasks,
  lockTasksWithOldFiles,
  type Old,
  type Purgeable,
  purgeLogLines,
  purgeRequests,
} from './keeping-queries.ts';
import { deleteTaskRow, listBlobsOf } from './queries.ts';

type Files = Pick<Services, 'blobs' | 'clock'>;

/** Something of hosted tasks that is kept for a time; what is on legal hold is left alone. */
export interface KeptKind {
  /** In one transaction at most. */
  atOnce: number;
  /** @returns how many went; fewer than the limit: none is left */
  purge(tx: Database, old: Old, services: Files): Promise<number>;
  count(db: Database, old: Old): Promise<Purgeable>;
}

async function forgetFiles(tx: Database, { blobs }: Pick<Files, 'blobs'>, workspaceId: string, taskId: string) {
  for (const name of await listBlobsOf(tx, workspaceId, taskId)) await blobs.forget(tx, name);
}

/** The caller has locked it, and its attempts have ended. */
export async function dropTask(
  tx: Database,
  services: Pick<Files, 'blobs'>,
  { workspaceId, taskId }: { workspaceId: string; taskId: string },
): Promise<void> {
  await forgetFiles(tx, services, workspaceId, taskId);
  await deleteTaskRow(tx, workspaceId, taskId);
}

async function purgeFiles(tx: Database, old: Old, services: Files): Promise<number> {
  const ids = await lockTasksWithOldFiles(tx, old);
  for (const id of ids) {
    await forgetFiles(tx, services, old.workspaceId, id);
    await forgetFileNames(tx, old.workspaceId, id, services.clock());
  }
  return ids.length;
}

async function purgeTasks(tx: Database, old: Old, services: Files): Promise<number> {
  const ids = await lockOldTasks(tx, old);
  for (const taskId of ids) await dropTask(tx, services, { workspaceId: old.workspaceId, taskId });
  return ids.length;
}

/** By the names of contract/compliance-retention.ts. */
export const keptTaskKinds = {
  'task-logs': { atOnce: 1_000, purge: purgeLogLines, count: countLogLines },
  'task-requests': { atOnce: 1_000, purge: purgeRequests, count: countRequests },
  'task-files': { atOnce: 20, purge: purgeFiles, count: countTasksWithFiles },
  tasks: { atOnce: 20, purge: purgeTasks, count: countTasks },
} as const satisfies Record<string, KeptKind>;
