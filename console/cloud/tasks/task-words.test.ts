import { expect, test } from 'vitest';
import type { TaskAttempt } from '#contract/tasks.ts';
import { sayAttempt, timeOf } from './task-words.ts';

const attempt: TaskAttempt = {
  id: 'att_1',
  turnNumber: 1,
  placement: 0,
  state: 'queued',
  ending: null,
  sentence: null,
  answer: null,
  stats: null,
  hasDiff: false,
  baseCommit: null,
  isFromCache: null,
  runnerName: null,
  driver: null,
  queuePosition: null,
  tries: 0,
  queuedAt: '2026-11-26T10:00:00.000Z',
  startedAt: null,
  finishedAt: null,
};

test('an attempt runs from when a runner took it until it ended, or until now', () => {
  const now = new Date('2026-11-26T10:10:00.000Z');
  expect(timeOf(attempt, now)).toBeNull();
  const started = { ...attempt, startedAt: '2026-11-26T10:08:30.000Z' };
  expect(timeOf(started, now)).toBe('1 min 30 s');
  expect(timeOf({ ...started, finishedAt: '2026-11-26T10:08:34.000Z' }, now)).toBe('4 s');
});

test('an attempt says what it waits for and its place in the queue, or why it ended', () => {
  expect(sayAttempt(attempt)).toBe('It waits for a runner.');
  expect(sayAttempt({ ...attempt, queuePosition: 1 })).toBe('It waits for a runner. It is next in the queue.');
  expect(sayAttempt({ ...attempt, queuePosition: 7 })).toBe('It waits for a runner. It is number 7 in the queue.');
  expect(sayAttempt({ ...attempt, state: 'working', tries: 2 })).toBe('A runner was lost. This is try 2.');
  expect(sayAttempt({ ...attempt, state: 'working', tries: 1 })).toBeNull();
  expect(sayAttempt({ ...attempt, state: 'failed', ending: 'time-limit' })).toContain('longer than');
  expect(sayAttempt({ ...attempt, sentence: 'No runner with the label gpu is ready.' })).toBe(
    'No runner with the label gpu is ready.',
  );
});
