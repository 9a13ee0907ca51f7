import { expect, test } from 'vitest';
import { createGate } from '#testing/gate.ts';
import { openIngestQueue } from './ingest-queue.ts';

interface Item {
  size: number;
  name: string;
}
const item = (name: string, size = 1): Item => ({ name, size });
const refusal = (code: string) => expect.objectContaining({ code });

function open({
  write = async () => {},
  giveUpMs = 10_000,
}: {
  write?: (items: readonly Item[]) => Promise<void>;
  giveUpMs?: number;
} = {}) {
  const batches: string[][] = [];
  const failures: unknown[] = [];
  const queue = openIngestQueue<Item>({
    maxWaiting: 10,
    maxBatch: 4,
    giveUpMs,
    async writeBatch(items) {
      batches.push(items.map(({ name }) => name));
      await write(items);
    },
    isItsFault: (error) => error === 'one of them',
    onFailed: (error) => failures.push(error),
  });
  return { queue, batches, failures };
}

test('what comes while a transaction runs goes into the next one, up to its size', async () => {
  const first = createGate();
  const { queue, batches } = open({ write: () => (batches.length === 1 ? first.pass() : Promise.resolve()) });
  const writing = [queue.write(item('a'))];
  await expect.poll(() => batches).toEqual([['a']]);
  for (const name of ['b', 'c']) writing.push(queue.write(item(name, 2)));
  writing.push(queue.write(item('d')), queue.write(item('large', 4)));
  first.release();
  await Promise.all(writing);
  expect(batches).toEqual([['a'], ['b', 'c'], ['d'], ['large']]);
  expect(queue.waiting).toBe(0);
});

test('a full queue refuses before anything is read, and takes more when it is empty again', async () => {
  const gate = createGate();
  const { queue } = open({ write: () => gate.pass() });
  const writing = [queue.write(item('a', 6)), queue.write(item('b', 6))];
  expect(() => queue.admit()).toThrow(refusal('telemetry-busy'));
  await expect(queue.write(item('c'))).rejects.toEqual(refusal('telemetry-busy'));
  gate.release();
  await Promise.all(writing);
  queue.admit();
  await queue.write(item('c'));
});

test('one request that the database does not take costs the others nothing', async () => {
  const { queue, batches, failures } = open({
    write: async (items) => {
      if (items.some(({ name }) => name === 'bad')) throw 'one of them';
    },
  });
  const settled = await Promise.allSettled(['a', 'bad', 'b'].map((name) => queue.write(item(name))));
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(batches).toEqual([['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
  expect(failures).toEqual(['one of them']);
});

test('whoever waits too long is told, and what is taken is written before the end', async () => {
  const gate = createGate();
  const { queue, batches } = open({ write: () => gate.pass(), giveUpMs: 1 });
  const slow = queue.write(item('slow')).catch((error: unknown) => error);
  await gate.reached;
  expect(await slow).toEqual(refusal('telemetry-not-written'));
  const late = queue.write(item('late')).catch(() => 'told');
  const closed = queue.close();
  expect(() => queue.admit()).toThrow(refusal('shutting-down'));
  expect(await late).toBe('told');
  gate.release();
  await closed;
  expect(batches).toEqual([['slow'], ['late']]);
});
