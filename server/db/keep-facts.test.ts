import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepFacts } from './keep-facts.ts';

const source = () => ({
  generation: 0,
  heard: true,
  isHeard() {
    return this.heard;
  },
});

test('an answer is given again until something changes, and nothing is kept of what is not there', async () => {
  const changes = source();
  const asked: string[] = [];
  const read = keepFacts(changes, async (key) => {
    asked.push(key);
    return key === 'nobody' ? undefined : { key };
  });
  for (const key of ['ada', 'ada', 'nobody', 'nobody']) await read(key);
  expect(asked).toEqual(['ada', 'nobody', 'nobody']);
  changes.generation += 1;
  await read('ada');
  expect(asked).toHaveLength(4);
});

test('while changes are not heard, every question is asked', async () => {
  const changes = source();
  let asked = 0;
  const read = keepFacts(changes, async () => ({ asked: ++asked }));
  await read('ada');
  changes.heard = false;
  expect([await read('ada'), await read('ada')]).toEqual([{ asked: 2 }, { asked: 3 }]);
});

test('a failed read is not kept', async () => {
  let isDown = true;
  const read = keepFacts(source(), async () => {
    if (isDown) throw new Error('down');
    return { up: true };
  });
  await expect(read('ada')).rejects.toThrow('down');
  isDown = false;
  expect(await read('ada')).toEqual({ up: true });
});

/** A row whose reads are snapshots that arrive later, in any order; a change is announced before its caller goes on. */
test('whatever comes between: who asks after a change never gets what was before it', () =>
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('read', 'read', 'arrive', 'arrive', 'change', 'deaf', 'heard'), { maxLength: 40 }),
      async (s, steps) => {
        const changes = source();
        let version = 0;
        const read = keepFacts(changes, async () => {
          const snapshot = { version };
          await s.schedule(Promise.resolve(), 'the answer travels');
          return snapshot;
        });
        const readers: Promise<void>[] = [];
        const ask = async () => {
          const atLeast = version;
          const fact = await read('row');
          if ((fact?.version ?? -1) < atLeast) throw new Error(`asked at ${atLeast}, got ${fact?.version}`);
        };
        for (const step of steps) {
          if (step === 'read') readers.push(ask());
          if (step === 'deaf') changes.heard = false;
          if (step === 'heard') {
            changes.generation += 1;
            changes.heard = true;
          }
          if (step === 'change') {
            version += 1;
            if (changes.heard) changes.generation += 1;
          }
          if (step === 'arrive' && s.count() > 0) await s.waitOne();
        }
        while (s.count() > 0) await s.waitOne();
        await Promise.all(readers);
      },
    ),
  ));
