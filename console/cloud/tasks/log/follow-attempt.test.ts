import { expect, test } from 'vitest';
import type { LogEntry } from '#contract/task-states.ts';
import { type AttemptEvent, followAttempt } from './follow-attempt.ts';

const entry = (seq: number): LogEntry => ({
  seq,
  at: '2026-11-26T10:00:00.000Z',
  kind: 'output',
  phase: 'agent',
  text: `line ${seq}\n`,
  item: null,
  exitCode: null,
});

/** Each call of `open` plays the next part; an error in it is a connection that breaks. */
async function follow(parts: (AttemptEvent | Error)[][]) {
  const asked: number[] = [];
  const waited: number[] = [];
  const told: AttemptEvent[] = [];
  const troubles: unknown[] = [];
  const stop = new AbortController();
  await followAttempt({
    async open(after) {
      asked.push(after);
      const part = parts[asked.length - 1];
      if (!part) {
        stop.abort();
        throw new Error('nothing more to play');
      }
      return (async function* play() {
        for (const event of part) {
          if (event instanceof Error) throw event;
          yield event;
        }
      })();
    },
    onEvent: (event) => told.push(event),
    onTrouble: (error) => troubles.push(error),
    isFinal: (error) => error instanceof RangeError,
    wait: async (ms) => {
      waited.push(ms);
    },
    signal: stop.signal,
  });
  const lines = told.flatMap<number | string>((event) =>
    event.kind === 'log' ? event.entries.map(({ seq }) => seq) : [event.kind],
  );
  return { asked, waited, lines, troubles };
}

const log = (...seqs: number[]): AttemptEvent => ({ kind: 'log', entries: seqs.map(entry) });

test('it ends with the attempt', async () => {
  const { asked, lines, waited } = await follow([[log(1, 2), log(3), { kind: 'end' }]]);
  expect({ asked, lines, waited }).toEqual({ asked: [0], lines: [1, 2, 3, 'end'], waited: [] });
});

test('after a lost connection it goes on behind the last entry, and what comes twice is told once', async () => {
  const lost = new Error('the connection was lost');
  const { asked, lines, troubles } = await follow([
    [log(1, 2), lost],
    [log(2, 3), { kind: 'end' }],
  ]);
  expect({ asked, lines }).toEqual({ asked: [0, 2], lines: [1, 2, 3, 'end'] });
  expect(troubles).toEqual([null, lost, null, null]);
});

test('a stream that only stops is opened again too', async () => {
  const { asked, lines } = await follow([[log(1)], [log(2), { kind: 'end' }]]);
  expect({ asked, lines }).toEqual({ asked: [0, 1], lines: [1, 2, 'end'] });
});

test('it waits longer each time nothing comes, and begins anew when something did', async () => {
  const lost = new Error('lost');
  const { waited } = await follow([
    [lost],
    [lost],
    [lost],
    [log(1), lost],
    [lost],
    [lost],
    [lost],
    [lost],
    [lost],
    [lost],
    [{ kind: 'end' }],
  ]);
  expect(waited).toEqual([500, 1000, 2000, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
});

test('it gives up when asking again would be answered alike', async () => {
  const { asked, waited } = await follow([[log(1), new RangeError('there is no such attempt')], [log(2)]]);
  expect({ asked, waited }).toEqual({ asked: [0], waited: [] });
});
