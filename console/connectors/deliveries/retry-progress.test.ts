import { expect, test } from 'vitest';
import { progressOf } from './retry-progress.ts';

const delivery = (id: string, state: 'waiting' | 'done' | 'failed', tries = 0) => ({
  ...{ id, state, tries, guid: id, event: 'push', action: null, repository: null, problem: null },
  ...{ isCaughtUp: false, canRetry: false, dueAt: null, receivedAt: '2026-11-27T00:00:00Z' },
});

test('what is tried again is counted until nothing of it waits', () => {
  const ids = ['a', 'b', 'c'];
  const other = delivery('d', 'failed', 6);
  expect(
    progressOf(ids, [delivery('a', 'waiting'), delivery('b', 'done', 1), delivery('c', 'waiting'), other]),
  ).toEqual({
    ...{ title: 'Trying 3 deliveries again', sentence: '1 worked, 2 to go.', failed: 0, isOver: false },
  });
  expect(progressOf(ids, [delivery('a', 'waiting', 1), delivery('b', 'done', 1), delivery('c', 'done', 1)])).toEqual({
    title: 'Tried 3 deliveries again',
    sentence: '2 worked, 1 did not, and is tried again later.',
    ...{ failed: 1, isOver: true },
  });
});

test('nothing is said of those that are older than what is listed', () => {
  expect(progressOf(['old'], [delivery('d', 'done', 1)])).toBeNull();
});
