import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type Docker from 'dockerode';
import { afterEach, expect, test } from 'vitest';
import { beginOf, endContainer } from './end-container.ts';

let first: ChildProcess | undefined;
afterEach(() => first?.kill('SIGKILL'));

async function startFirst() {
  first = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(first, 'spawn');
  const { pid = 0 } = first;
  return { pid, begin: await beginOf(pid) };
}

const engineThat = (kill: () => Promise<unknown>): Docker.Container => ({ kill }) as unknown as Docker.Container;
const never = new Promise<never>(() => undefined);

test('an engine that does not answer is not waited for: its container is gone long before the patience ends', async () => {
  const { pid, begin } = await startFirst();
  const ended = Promise.withResolvers<never>();
  const ending = endContainer(
    engineThat(() => ended.promise),
    // Longer than the test waits for the process.
    { first: { pid, begin }, ended: ended.promise, patienceMs: 40_000 },
  );
  await expect.poll(() => beginOf(pid)).toBeNull();
  ended.reject(new Error('the engine was stopped'));
  expect(await ending).toBe('by force');
});

test('an engine that is slow, and still says how it ended, is believed', async () => {
  const { pid, begin } = await startFirst();
  const ended = Promise.withResolvers<number>();
  first?.once('exit', () => ended.resolve(137));
  const how = endContainer(
    engineThat(() => ended.promise),
    { first: { pid, begin }, ended: ended.promise, patienceMs: 40_000 },
  );
  expect(await how).toBe('by the engine');
});

test('where the engine refuses, it is ended without it', async () => {
  const { pid, begin } = await startFirst();
  const refusing = engineThat(() => Promise.reject(new Error('connect ECONNREFUSED')));
  expect(await endContainer(refusing, { first: { pid, begin }, ended: never, patienceMs: 40_000 })).toBe('by force');
  expect(await beginOf(pid)).toBeNull();
});

test('one that is gone already is no failure', async () => {
  const gone = engineThat(() => Promise.reject(Object.assign(new Error('no such container'), { statusCode: 404 })));
  const how = endContainer(gone, { first: { pid: 1, begin: null }, ended: Promise.resolve(0), patienceMs: 1000 });
  expect(await how).toBe('by the engine');
});
