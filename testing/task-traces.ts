import { newId } from '#server/crypto/ids.ts';
import { runnerStandIn } from './open-tasks.ts';
import type { TestServices } from './test-services.ts';

/** Every table that holds something of a hosted task. */
const tables = [
  'cloud_tasks',
  'cloud_turns',
  'cloud_attempts',
  'cloud_log',
  'cloud_egress',
  'cloud_comments',
  'cloud_pull_requests',
] as const;

export const tracesLeft = { log: 2, requests: 3, files: 3 };

interface Where {
  workspaceId: string;
  repositoryId: string;
}

/** Leaves of an attempt what one can leave: a log, requests, a diff, a session, a diff to start from, a comment and a pull request. */
export async function leaveTraces(
  services: Pick<TestServices, 'db' | 'secrets' | 'blobs' | 'clock'>,
  { workspaceId, repositoryId }: Where,
  { taskId, attemptId }: { taskId: string; attemptId: string },
): Promise<{ blobs: string[] }> {
  const { db, secrets, blobs } = services;
  const at = services.clock();
  const runner = runnerStandIn(services, workspaceId);
  await runner.writeLog(attemptId, 1, ['npm ci', 'It is done.']);
  const diff = await runner.writeDiff(attemptId, 'diff --git a/a b/a\n');
  const [session, start] = [
    `cloud/${workspaceId}/${attemptId}/session.tar`,
    `cloud/${workspaceId}/${taskId}/starting-diff`,
  ];
  for (const name of [session, start]) {
    const written = await blobs.put(name, [Buffer.from('said')]);
    await db.transaction().execute((tx) => blobs.keep(tx, written, at));
  }
  await db.updateTable('cloud_attempts').set({ session_blob: session }).where('id', '=', attemptId).execute();
  await db.updateTable('cloud_turns').set({ starting_diff_blob: start }).where('task_id', '=', taskId).execute();
  await addRequests(services, workspaceId, { attemptId, count: tracesLeft.requests });
  const commentId = newId('cmt');
  await db
    .insertInto('cloud_comments')
    .values({
      ...{ id: commentId, task_id: taskId, attempt_id: attemptId, workspace_id: workspaceId },
      ...{ path: 'a', side: 'new', line: 1, sent_with_turn: null, created_at: at },
      sealed_text: await secrets.seal('Why?', `cloud_comments/${commentId}/text`),
    })
    .execute();
  await db
    .insertInto('cloud_pull_requests')
    .values({
      ...{ id: newId('pull'), task_id: taskId, attempt_id: attemptId, workspace_id: workspaceId },
      ...{ repository_id: repositoryId, number: 7, url: 'https://git.test/7', branch: 'codex', base: 'main' },
      ...{ state: 'open', head_sha: 'a'.repeat(40), created_at: at, updated_at: at, checked_at: at },
    })
    .execute();
  await runner.complete(attemptId);
  return { blobs: [diff, session, start] };
}

export async function addRequests(
  { db, clock }: Pick<TestServices, 'db' | 'clock'>,
  workspaceId: string,
  { attemptId, count }: { attemptId: string; count: number },
): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => ({
    ...{ id: newId('egr'), attempt_id: attemptId, workspace_id: workspaceId, environment_id: null, at: clock() },
    ...({
      phase: 'agent',
      method: 'GET',
      host: `host${index}.test`,
      port: 443,
      path: '/',
      is_allowed: index > 0,
    } as const),
    ...({ rule: 'listed-domain', address: null, status: null, sent_bytes: 0, received_bytes: 0 } as const),
  }));
  await db.insertInto('cloud_egress').values(rows).execute();
}

/** How many rows of a task each table has. */
export async function tracesOf({ db }: Pick<TestServices, 'db'>, taskId: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  const attempts = db.selectFrom('cloud_attempts').select('id').where('task_id', '=', taskId);
  for (const table of tables) {
    const count = db.selectFrom(table).select((by) => by.fn.countAll<number>().as('count'));
    const ofTask =
      table === 'cloud_tasks'
        ? count.where('id', '=', taskId)
        : table === 'cloud_log' || table === 'cloud_egress'
          ? count.where('attempt_id', 'in', attempts)
          : count.where('task_id', '=', taskId);
    found[table] = Number((await ofTask.executeTakeFirstOrThrow()).count);
  }
  return found;
}
