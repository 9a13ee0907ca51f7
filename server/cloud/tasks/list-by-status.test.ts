import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AttemptState, attemptStates } from '#contract/task-states.ts';
import { type TaskSummary, taskStatuses } from '#contract/tasks.ts';
import { newId } from '#server/crypto/ids.ts';
import { seedTask } from '#testing/cloud-queue.ts';
import { openTasks } from '#testing/open-tasks.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';

let services: TestServices;
let cloud: Awaited<ReturnType<typeof openTasks>>;

const start = new Date('2026-11-20T10:00:00Z');

beforeAll(async () => {
  services = await openTestServices();
  cloud = await openTasks(services);
});
afterAll(() => services.close());

const list = async (query: string) =>
  (await cloud.grace.call<{ items: TaskSummary[]; nextCursor: string | null }>('GET', `/tasks?limit=200&${query}`))
    .body;

/** A task whose places hold these attempts, one after the other where one was retried. */
async function seed(
  number: number,
  places: readonly (readonly AttemptState[])[],
  pulls: readonly ('open' | 'closed')[],
) {
  const { db } = services;
  const { workspaceId, graceId } = cloud;
  const queuedAt = new Date(start.getTime() + number * 1000);
  const first = await seedTask(services, workspaceId, {
    memberId: graceId,
    environmentId: null,
    attempts: places.length,
    queuedAt,
  });
  const rows = await db.selectFrom('cloud_attempts').selectAll().where('id', 'in', first).execute();
  for (const row of rows) {
    const states = places[row.placement] ?? [];
    for (const [index, state] of states.entries()) {
      if (index === 0) {
        await db.updateTable('cloud_attempts').set({ state }).where('id', '=', row.id).execute();
        continue;
      }
      const { lane: _, needs, usage: _usage, ...same } = row;
      const again = { id: newId('turn'), state, queued_at: new Date(queuedAt.getTime() + index) };
      await db
        .insertInto('cloud_attempts')
        .values({ ...same, ...again, needs: JSON.stringify(needs) })
        .execute();
    }
  }
  for (const [index, state] of pulls.entries())
    await db
      .insertInto('cloud_pull_requests')
      .values({
        id: newId('pr'),
        task_id: rows[0]?.task_id ?? '',
        attempt_id: first[0] ?? '',
        workspace_id: workspaceId,
        repository_id: cloud.repositoryId,
        number: number * 10 + index,
        url: 'https://git.example.com/1',
        branch: 'codex/x',
        base: 'main',
        state,
        head_sha: 'abc',
        created_at: new Date(start.getTime() + index),
        updated_at: start,
        checked_at: start,
      })
      .execute();
}

test('of every status those are listed whose summary has it, with search and archive too', async () => {
  let number = 0;
  const pulls = [[], ['open'], ['closed'], ['open', 'closed']] as const;
  for (const one of attemptStates)
    for (const other of attemptStates) {
      // Beside each other, and one in place of the other.
      await seed(number, [[one], [other]], pulls[number % 4] ?? []);
      await seed(number + 1, [[one, other]], pulls[(number >> 1) % 4] ?? []);
      number += 2;
    }
  const all = (await list('')).items;
  expect(all).toHaveLength(2 * attemptStates.length ** 2);
  const found = [];
  for (const status of taskStatuses) {
    const { items } = await list(`status=${status}`);
    expect(items.map(({ id }) => id)).toEqual(all.filter((task) => task.status === status).map(({ id }) => id));
    expect(items.length).toBeGreaterThan(8);
    found.push(...items);
    expect((await list(`status=${status}&search=acme`)).items).toEqual(items);
    expect((await list(`status=${status}&show=archived`)).items).toEqual([]);
  }
  expect(found).toHaveLength(all.length);
  expect((await cloud.grace.call('GET', '/tasks?status=other')).status).toBe(400);
});
