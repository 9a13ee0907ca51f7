import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlobUnreadable, chunkBytes, openBytes, sealBytes } from './seal-stream.ts';

const key = randomBytes(32);
const all = async (content: AsyncIterable<Uint8Array>) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
};
const inSteps = function* (bytes: Buffer, step: number) {
  for (let from = 0; from < bytes.length; from += step) yield bytes.subarray(from, from + step);
};
const seal = (plain: Buffer, step = 10_000) => all(sealBytes(inSteps(plain, step), key));
const open = (sealed: Buffer, step = 10_000, with_: Uint8Array = key) => all(openBytes(inSteps(sealed, step), with_));

const headerBytes = 15;
const sealedChunk = chunkBytes + 16;
const cut = (sealed: Buffer) => {
  const chunks: Buffer[] = [];
  for (let from = headerBytes; from < sealed.length; from += sealedChunk)
    chunks.push(sealed.subarray(from, from + sealedChunk));
  return { header: sealed.subarray(0, headerBytes), chunks };
};

test.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes, 3 * chunkBytes + 17])(
  '%i bytes come back as they were, however they arrive',
  async (bytes) => {
    const plain = randomBytes(bytes);
    for (const step of [1_000_000, 65_537, 4_099]) {
      const sealed = await seal(plain, step);
      expect(sealed.length).toBe(headerBytes + bytes + 16 * Math.max(1, Math.ceil(bytes / chunkBytes)));
      expect((await open(sealed, step)).equals(plain)).toBe(true);
    }
  },
);

test('nothing of the content shows, and the same content never looks the same', async () => {
  const plain = Buffer.from('the same sentence over and over; '.repeat(3_000));
  const sealed = await seal(plain);
  expect(sealed.includes('sentence')).toBe(false);
  expect((await seal(plain)).subarray(headerBytes, headerBytes + 64)).not.toEqual(
    sealed.subarray(headerBytes, headerBytes + 64),
  );
});

test('any changed byte and any cut is noticed, and no byte of a changed chunk is given out', async () => {
  const plain = randomBytes(2 * chunkBytes + 100);
  const sealed = await seal(plain);
  await fc.assert(
    fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ flip;
      const given: Uint8Array[] = [];
      const reading = (async () => {
        for await (const chunk of openBytes([changed], key)) given.push(chunk);
      })();
      await expect(reading).rejects.toThrow(BlobUnreadable);
      const out = Buffer.concat(given);
      expect(out.equals(plain.subarray(0, out.length))).toBe(true);
      const chunk = Math.floor((at - headerBytes) / sealedChunk);
      expect(out.length).toBe(Math.max(0, chunk) * chunkBytes);
    }),
    { numRuns: 60 },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(sealed.length - 1), async (length) => {
      await expect(open(sealed.subarray(0, length))).rejects.toThrow(BlobUnreadable);
    }),
    { numRuns: 60 },
  );
});

test('chunks that are dropped, doubled, put in another order or taken from another file do not open', async () => {
  const plain = randomBytes(3 * chunkBytes);
  const { header, chunks } = cut(await seal(plain));
  const [one, two, three] = chunks as [Buffer, Buffer, Buffer];
  const other = cut(await seal(plain)).chunks as [Buffer, Buffer, Buffer];
  const wrong = [
    [one, two],
    [one, three],
    [two, one, three],
    [one, two, three, three],
    [one, two, two, three],
    [one, other[1], three],
    [],
  ];
  for (const order of wrong) await expect(open(Buffer.concat([header, ...order]))).rejects.toThrow(BlobUnreadable);
  expect((await open(Buffer.concat([header, one, two, three]))).equals(plain)).toBe(true);
});

test('another key, or something that was never sealed, is refused', async () => {
  const sealed = await seal(randomBytes(10));
  await expect(open(sealed, 10, randomBytes(32))).rejects.toThrow('sealed with another key');
  await expect(open(Buffer.from('{"event_id":"…"} and some more'))).rejects.toThrow('no sealed blob');
  await expect(open(Buffer.alloc(0))).rejects.toThrow('cut short');
});
