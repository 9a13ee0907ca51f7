import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { LogEntry } from '#contract/task-states.ts';
import type { Task } from '#contract/tasks.ts';
import { newId } from '#server/crypto/ids.ts';
import { openTasks, runnerStandIn } from '#testing/open-tasks.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { attemptChanges } from '../attempts/changes.ts';
import { type AttemptNews, watchAttempt } from './watch-attempt.ts';
import { mostWatchers } from './watchers.ts';

let services: TestServices;
let cloud: Awaited<ReturnType<typeof openTasks>>;
let runner: ReturnType<typeof runnerStandIn>;

beforeAll(async () => {
  services = await openTestServices();
  cloud = await openTasks(services);
  runner = runnerStandIn(services, cloud.workspaceId);
});
afterAll(() => services.close());

const diff = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-old\n+new\n';

async function create(): Promise<{ taskId: string; attemptId: string }> {
  const input = { environmentId: cloud.environmentId, mode: 'code', prompt: 'Fix it' };
  const { body } = await cloud.grace.call<Task>('POST', '/tasks', input);
  return { taskId: body.id, attemptId: body.turns[0]?.attempts[0]?.id ?? '' };
}

interface LogAnswer {
  items: LogEntry[];
  state: string;
  isComplete: boolean;
}
const readLog = async (attemptId: string, query = '') =>
  (await cloud.grace.call<LogAnswer>('GET', `/attempts/${attemptId}/log${query}`)).body;

describe('the log of an attempt', () => {
  test('comes in pages behind a number, and says when nothing follows', async () => {
    const { attemptId } = await create();
    await runner.writeLog(attemptId, 1, ['one', 'two', 'three', 'four', 'five']);
    const texts = ({ items }: LogAnswer) => items.map(({ seq, text }) => `${seq} ${text}`);
    const first = await readLog(attemptId, '?limit=2');
    expect(texts(first)).toEqual(['1 one', '2 two']);
    const rest = await readLog(attemptId, '?after=2&limit=3');
    expect(texts(rest)).toEqual(['3 three', '4 four', '5 five']);
    expect([first.isComplete, rest.isComplete, rest.state]).toEqual([false, false, 'queued']);
    await runner.complete(attemptId);
    expect((await readLog(attemptId, '?limit=2')).isComplete).toBe(false);
    expect(await readLog(attemptId, '?after=2&limit=3')).toMatchObject({ isComplete: true, state: 'completed' });
    expect(await readLog(attemptId, '?after=5')).toMatchObject({ items: [], isComplete: true });
  });
});

describe('the diff of an attempt', () => {
  test('is empty until there is one', async () => {
    const { taskId, attemptId } = await create();
    const path = `/tasks/${taskId}/attempts/${attemptId}/diff`;
    const nothing = { diff: '', isFinal: false, stats: { filesModified: 0, linesAdded: 0, linesRemoved: 0 } };
    expect((await cloud.grace.call('GET', path)).body).toEqual(nothing);
    await runner.writeDiff(attemptId, diff);
    const stats = { filesModified: 1, linesAdded: 2, linesRemoved: 1 };
    expect((await cloud.grace.call('GET', path)).body).toEqual({ diff, stats, isFinal: false });
    await runner.complete(attemptId);
    expect((await cloud.grace.call('GET', path)).body).toEqual({ diff, stats, isFinal: true });
  });
});

describe('what left the container', () => {
  test('comes as it happened, in pages, with how much was kept in', async () => {
    const { attemptId } = await create();
    const at = new Date('2026-11-26T10:00:00.123Z');
    const rows = Array.from({ length: 5 }, (_, index) => ({
      id: newId('egr'),
      attempt_id: attemptId,
      workspace_id: cloud.workspaceId,
      environment_id: cloud.environmentId,
      at: new Date(at.getTime() + (index < 3 ? 0 : 1)),
      phase: 'agent' as const,
      method: 'GET',
      host: `host-${index}.example`,
      port: 443,
      path: '/x',
      is_allowed: index % 2 === 0,
      rule: index % 2 === 0 ? ('listed-domain' as const) : ('domain-not-listed' as const),
      address: null,
      status: null,
      sent_bytes: 1,
      received_bytes: 2,
    }));
    await services.db.insertInto('cloud_egress').values(rows).execute();
    interface Page {
      items: { host: string; rule: string }[];
      nextCursor: string | null;
      allowed: number;
      refused: number;
    }
    const page = async (query: string) =>
      (await cloud.grace.call<Page>('GET', `/attempts/${attemptId}/egress${query}`)).body;
    const seen: string[] = [];
    for (let query = '?limit=2'; ; ) {
      const { items, nextCursor, allowed, refused } = await page(query);
      expect({ allowed, refused }).toEqual({ allowed: 3, refused: 2 });
      seen.push(...items.map(({ host }) => host));
      if (nextCursor === null) break;
      query = `?limit=2&cursor=${nextCursor}`;
    }
    expect(seen.toSorted()).toEqual(rows.map(({ host }) => host));
    expect(seen.slice(3).toSorted()).toEqual(['host-3.example', 'host-4.example']);
    expect((await page('?only=refused')).items.map(({ rule }) => rule)).toEqual(Array(2).fill('domain-not-listed'));
  });
});

/** What a member gets to see, one after the other. */
function watch(attemptId: string, { after = 0, signal }: { after?: number; signal?: AbortSignal } = {}) {
  const owner = { workspaceId: cloud.workspaceId, memberId: cloud.graceId };
  return watchAttempt(services, owner, { attemptId, after, signal });
}
const next = async (news: AsyncGenerator<AttemptNews, void>) => (await news.next()).value;

describe('to watch an attempt', () => {
  test('shows what is there, what comes, and its end', async () => {
    const { attemptId } = await create();
    await runner.writeLog(attemptId, 1, ['one', 'two']);
    const news = watch(attemptId, { after: 1 });
    expect(await next(news)).toMatchObject({ kind: 'log', entries: [{ seq: 2, text: 'two' }] });
    expect(await next(news)).toMatchObject({
      kind: 'state',
      attempt: { state: 'queued', queuePosition: expect.any(Number) },
    });
    // Nobody in this process tells of it: it is looked for.
    const waiting = next(news);
    await runner.update(attemptId, { state: 'working' });
    expect(await waiting).toMatchObject({ kind: 'state', attempt: { state: 'working', queuePosition: null } });
    await runner.writeDiff(attemptId, diff);
    expect(await next(news)).toMatchObject({ kind: 'state', attempt: { hasDiff: true } });
    expect(await next(news)).toEqual({ kind: 'diff', stats: { filesModified: 1, linesAdded: 2, linesRemoved: 1 } });
    await runner.writeLog(attemptId, 3, ['three']);
    await runner.complete(attemptId);
    attemptChanges.emit('changed', { attemptId });
    expect(await next(news)).toMatchObject({ kind: 'log', entries: [{ seq: 3 }] });
    expect(await next(news)).toMatchObject({ kind: 'state', attempt: { state: 'completed', answer: 'It is done.' } });
    expect(await next(news)).toEqual({ kind: 'end' });
    expect((await news.next()).done).toBe(true);
  });

  test('gives all of a long log before the end', async () => {
    const { attemptId } = await create();
    await runner.writeLog(
      attemptId,
      1,
      Array.from({ length: 450 }, (_, index) => `line ${index}`),
    );
    await runner.complete(attemptId);
    const kinds: string[] = [];
    let entries = 0;
    for await (const one of watch(attemptId)) {
      kinds.push(one.kind);
      if (one.kind === 'log') entries += one.entries.length;
    }
    expect(entries).toBe(450);
    expect(kinds.filter((kind) => kind === 'log')).toHaveLength(3);
    expect(kinds.at(-1)).toBe('end');
  });

  test('ends with the attempt’s deletion, and with the member’s access', async () => {
    const [gone, kept] = [await create(), await create()];
    const [one, two] = [watch(gone.attemptId), watch(kept.attemptId)];
    for (const news of [one, two]) expect(await next(news)).toMatchObject({ kind: 'state' });
    await services.db.deleteFrom('cloud_tasks').where('id', '=', gone.taskId).execute();
    await expect(one.next()).rejects.toMatchObject({ code: 'attempt-not-found' });
    const facts = { workspaceId: cloud.workspaceId, memberId: cloud.graceId } as const;
    const refused = expect(two.next()).rejects.toMatchObject({ code: 'not-signed-in' });
    services.signals.emit('access-changed', { ...facts, because: 'signed-out' });
    await refused;
    expect(attemptChanges.listenerCount('changed')).toBe(0);
  });

  test('is refused to a member who was suspended by another process', async () => {
    const { attemptId } = await create();
    const news = watch(attemptId);
    expect(await next(news)).toMatchObject({ kind: 'state' });
    const change = (status: 'suspended' | 'active') =>
      services.db.updateTable('members').set({ status }).where('id', '=', cloud.graceId).execute();
    await change('suspended');
    await expect(news.next()).rejects.toMatchObject({ code: 'attempt-not-found' });
    await change('active');
  });

  test('reaches a browser as server-sent events, and ends when it leaves', async () => {
    const { attemptId } = await create();
    await runner.writeLog(attemptId, 1, ['hello']);
    const server = createServer(getRequestListener(cloud.grace.app.fetch, { overrideGlobalObjects: false }));
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/attempts/${attemptId}/events`;
    const leaving = new AbortController();
    const response = await fetch(address, { signal: leaving.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let received = '';
    while (!received.includes('"kind":"state"')) received += (await reader?.read())?.value ?? '';
    expect(received).toContain('"text":"hello"');
    expect(attemptChanges.listenerCount('changed')).toBe(1);
    leaving.abort();
    await expect.poll(() => attemptChanges.listenerCount('changed')).toBe(0);
  });

  test('is refused with a status of its own when a member has too many open, and goes on when one was closed', async () => {
    const { attemptId } = await create();
    const watchAs = (who: typeof cloud.grace, signal?: AbortSignal) =>
      who.app.request(
        `/api/v1/attempts/${attemptId}/events`,
        { signal: signal ?? null },
        { incoming: { socket: { remoteAddress: '127.0.0.1' } } },
      );
    const leaving = Array.from({ length: mostWatchers }, () => new AbortController());
    onTestFinished(() => {
      for (const each of leaving) each.abort();
    });
    for (const { signal } of leaving) expect((await watchAs(cloud.grace, signal)).status).toBe(200);
    const refused = await watchAs(cloud.grace);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 'watch-limit', data: { watching: mostWatchers, mostWatchers } });
    // Somebody else has places of their own.
    expect((await watchAs(cloud.linus)).status).toBe(200);
    leaving[0]?.abort();
    const again = new AbortController();
    leaving.push(again);
    expect((await watchAs(cloud.grace, again.signal)).status).toBe(200);
    expect((await watchAs(cloud.grace)).status).toBe(429);
  });

  test('gives its place back when the attempt has ended', async () => {
    const { attemptId } = await create();
    await runner.complete(attemptId);
    for (let count = 0; count <= mostWatchers; count += 1) {
      const response = await cloud.grace.app.request(
        `/api/v1/attempts/${attemptId}/events`,
        {},
        { incoming: { socket: { remoteAddress: '127.0.0.1' } } },
      );
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('"kind":"end"');
    }
  });

  test('is refused, in words, where the attempt is somebody else’s', async () => {
    const { attemptId } = await create();
    const response = await cloud.linus.app.request(
      `/api/v1/attempts/${attemptId}/events`,
      {},
      {
        incoming: { socket: { remoteAddress: '127.0.0.1' } },
      },
    );
    const text = await response.text();
    expect(text).toContain('attempt-not-found');
  });
});
