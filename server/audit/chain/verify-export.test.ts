import { beforeAll, describe, expect, test } from 'vitest';
import {
  type History,
  makeHistory,
  makeTestKey,
  randomContent,
  seededRandom,
  type TestKey,
} from '#testing/audit-history.ts';
import { linkHash } from './chain-link.ts';
import type { EntryLine } from './entry-line.ts';
import type { EntryContent } from './sealed-content.ts';
import type { Problem, VerificationReport } from './verification.ts';
import { type VerifyOptions, verifyExport } from './verify-export.ts';

const size = 40;
const checkpointsAt = [10, 25, 40];
let key: TestKey;
let contents: EntryContent[];
let honest: History;
beforeAll(async () => {
  key = await makeTestKey('key-1');
  const random = seededRandom(7);
  contents = Array.from({ length: size }, (_, place) => randomContent(random, place));
  honest = await makeHistory({ contents, checkpointsAt, key });
});

const verify = (lines: readonly string[], options: Partial<VerifyOptions> = {}): Promise<VerificationReport> =>
  verifyExport(lines, { keys: honest.keys, ...options });
const outside = (number: number) => {
  const { jws = '' } = honest.checkpoints[number - 1] ?? {};
  return { jws, timeStamps: [], from: `${number}.jws` };
};
const found = ({ problems }: VerificationReport) =>
  problems.map(({ kind, seq, to }) => [kind, seq, ...(to ? [to] : [])]);
const first = ({ problems }: VerificationReport): Problem => {
  const [problem] = problems;
  if (!problem) throw new Error('nothing was found');
  return problem;
};

/** The lines with those of entries changed: each place gets what stands there, and says what shall. */
const edit = (change: (entry: EntryLine) => EntryLine[] | EntryLine): string[] =>
  honest.lines.flatMap((text) => {
    const line = JSON.parse(text) as EntryLine;
    return line.kind === 'entry' ? [change(line)].flat().map((entry) => JSON.stringify(entry)) : [text];
  });
const at = (seq: number, change: (entry: EntryLine) => EntryLine[] | EntryLine) =>
  edit((entry) => (entry.seq === seq ? change(entry) : entry));
const sealOf = (entry: EntryLine) => entry.seal as Record<string, unknown> & { event: string };

const seed = Date.now() % 1_000_000;
const random = seededRandom(seed);
const places: [string, number][] = [
  ['the first', 1],
  ['a middle', 20],
  ['the last', size],
  ...Array.from({ length: 5 }, (_, index): [string, number] => [
    `a random (seed ${seed}, ${index})`,
    2 + Math.floor(random() * (size - 2)),
  ]),
];

describe('what is planted is found, with its place', () => {
  test.each(places)('%s entry (%i) changed: the value, a clear field, its hash, its salt', async (_, seq) => {
    const value = at(seq, (entry) => ({ ...entry, open: [['A'.repeat(22), 'Eve'], ...entry.open.slice(1)] }));
    expect(first(await verify(value))).toMatchObject({ kind: 'changed', seq, fields: ['/actor/label'] });
    const field = at(seq, (entry) => ({ ...entry, seal: { ...sealOf(entry), event: 'session.started' } }));
    expect(first(await verify(field))).toMatchObject({ kind: 'changed', seq, at: contents[seq - 1]?.at });
    const hash = at(seq, (entry) => ({ ...entry, hash: 'f'.repeat(64) }));
    expect(first(await verify(hash))).toMatchObject({ kind: 'changed', seq });
    const shown = at(seq, (entry) => ({
      ...entry,
      found: { ...(contents[seq - 1] as EntryContent), event: 'group.deleted', ip: '203.0.113.9' },
    }));
    const report = await verify(shown);
    expect(first(report)).toMatchObject({ kind: 'changed', seq, fields: expect.arrayContaining(['/event']) });
    expect(report.problemCount).toBe(1);
  });

  test.each(places)('%s entry (%i) removed, with and without its number', async (_, seq) => {
    const isLast = seq === size;
    const problems = found(await verify(at(seq, () => [])));
    expect(problems).toContainEqual([isLast ? 'cut-off' : 'removed', seq, ...(isLast ? [size] : [])]);
    const gone = at(seq, (entry) => ({ ...entry, seal: null, open: [] }));
    expect(found(await verify(gone))).toEqual([['removed', seq]]);
    const renumbered = edit((entry) => {
      if (entry.seq === seq) return [];
      return entry.seq > seq ? { ...entry, seq: entry.seq - 1 } : entry;
    });
    const after = await verify(renumbered);
    // Where a checkpoint stands right behind it, that is what is read next.
    const isCheckpointNext = checkpointsAt.includes(seq);
    expect(first(after)).toMatchObject(isCheckpointNext ? { kind: 'rewritten' } : { kind: 'changed', seq });
    expect(after.isValid).toBe(false);
  });

  test.each(places.filter(([, seq]) => seq < size))('%s entry (%i) and the next one reordered', async (_, seq) => {
    const entries = honest.lines.filter((text) => text.includes('"kind":"entry"'));
    const lines = honest.lines.flatMap((text) => {
      if (text === entries[seq - 1]) return [entries[seq] ?? '', text];
      return text === entries[seq] ? [] : [text];
    });
    expect(found(await verify(lines))).toContainEqual(['reordered', seq]);
  });

  test.each(places)('an entry inserted behind %s one (%i), linked rightly or copied', async (_, seq) => {
    const copied = at(seq, (entry) => [entry, entry]);
    expect(found(await verify(copied))).toContainEqual(['inserted', seq]);
    const linked = at(seq, (entry) => {
      const seal = { ...sealOf(entry), id: 'aud_forged' };
      const link = { seq: seq + 1, previous: entry.hash };
      const hash = linkHash({ chain: 'ws_test', ...link, seal: JSON.stringify(seal) });
      return [entry, { ...entry, ...link, hash, seal }];
    });
    const report = await verify(linked);
    expect(report.isValid).toBe(false);
    expect(found(report)).toContainEqual(seq === size ? ['rewritten', 26, size] : ['inserted', seq + 1]);
  });

  test.each(places)('everything from %s entry (%i) on rewritten, with links that hang together', async (_, seq) => {
    let previous = '';
    const lines = edit((entry) => {
      if (entry.seq < seq) return entry;
      const seal = entry.seq === seq ? { ...sealOf(entry), event: 'forged' } : entry.seal;
      const link = { seq: entry.seq, previous: previous || entry.previous };
      previous = linkHash({ chain: 'ws_test', ...link, seal: JSON.stringify(seal) });
      return { ...entry, ...link, seal, hash: previous };
    });
    const report = await verify(lines);
    const to = checkpointsAt.find((covered) => covered >= seq) ?? 0;
    const from = (checkpointsAt.findLast((covered) => covered < seq) ?? 0) + 1;
    expect(found(report)).toEqual([['rewritten', from, to]]);
  });

  test('everything rewritten with the stolen key is found with a checkpoint from outside, and only then', async () => {
    const forged = contents.map((content, place) => (place === 19 ? { ...content, event: 'forged' } : content));
    const { lines } = await makeHistory({ contents: forged, checkpointsAt, key });
    expect((await verify(lines)).isValid).toBe(true);
    for (const number of [1, 2, 3]) {
      const report = await verify(lines, { outside: [outside(number)] });
      expect(found(report)).toEqual([['rewritten', 1, checkpointsAt[number - 1]]]);
      expect(first(report).message).toContain(`kept outside (${number}.jws)`);
    }
  });

  test('the tail cut off, with the checkpoints of it or without', async () => {
    const lastEntry = honest.lines.findIndex((text) => text.includes(`"seq":${31},`));
    const cut = honest.lines.slice(0, lastEntry);
    expect(found(await verify(cut))).toEqual([['unfinished', null]]);
    const ended = [...cut, JSON.stringify({ kind: 'end', entries: 30 })];
    expect((await verify(ended)).isValid).toBe(true);
    expect(found(await verify(ended, { outside: [outside(3)] }))).toEqual([['cut-off', 31, 40]]);
    expect((await verify(ended, { outside: [outside(2)] })).isValid).toBe(true);
  });

  test('checkpoints forged, left out, of another log, or signed with another key', async () => {
    const other = await makeTestKey('key-1');
    const signedByOther = await makeHistory({ contents, checkpointsAt, key: other });
    expect(found(await verify(signedByOther.lines))[0]?.[0]).toBe('not-signed');
    const withoutSecond = honest.lines.filter((text) => !text.includes(honest.checkpoints[1]?.jws ?? '-'));
    expect(found(await verify(withoutSecond))).toEqual([['missing-checkpoint', 40]]);
    const [, payload = ''] = (honest.checkpoints[2]?.jws ?? '').split('.');
    const changed = honest.lines.map((text) => text.replace(payload, `${payload.slice(0, -4)}AAAA`));
    expect(found(await verify(changed))[0]?.[0]).toBe('not-signed');
    const foreign = await makeHistory({ chain: 'ws_other', contents, checkpointsAt, key });
    const copies = foreign.checkpoints.map(({ jws }) => ({ jws, timeStamps: [], from: 'x' }));
    expect((await verify(honest.lines, { outside: copies })).outside).toMatchObject({ verified: 0, ofOtherChains: 3 });
  });

  test('values erased without an entry that says so, and lines that are none', async () => {
    const order = { erased: 'aud_nobody', at: '2026-03-02T00:00:00.000Z' };
    const lines = at(20, (entry) => ({ ...entry, open: [order, ...entry.open.slice(1)] }));
    expect(found(await verify(lines))).toEqual([['erased-without-order', 20]]);
    expect(found(await verify(['{}']))).toEqual([['unreadable', null]]);
    expect(found(await verify(honest.lines.with(5, 'not a line')))[0]).toEqual(['unreadable', null]);
  });
});

test('more entries without their values than the order says', async () => {
  const order = 'aud_order';
  const history = (entries: number) =>
    makeHistory({
      contents: [
        ...contents,
        { ...randomContent(random, size), id: order, event: 'audit.person-erased', payload: { entries } },
      ],
      checkpointsAt,
      key,
      erased: { places: new Set([3, 9]), order },
    });
  expect(found(await verify((await history(2)).lines))).toEqual([]);
  expect(found(await verify((await history(1)).lines))).toEqual([['erased-without-order', 4]]);
});

test('200 clean histories raise no alarm', { timeout: 120_000 }, async () => {
  const random = seededRandom(seed);
  const nextKey = await makeTestKey('key-2');
  for (let round = 0; round < 200; round++) {
    const length = Math.floor(random() * 60);
    const entries = Array.from({ length }, (_, place) => randomContent(random, place));
    const places = new Set(entries.map((_, place) => place).filter(() => random() < 0.1));
    const order = `aud_order_${round}`;
    const isErased = places.size > 0;
    const payload = { reason: 'asked', entries: places.size };
    if (isErased) entries.push({ ...randomContent(random, length), id: order, event: 'audit.person-erased', payload });
    const history = await makeHistory({
      contents: entries,
      checkpointsAt: entries.map((_, place) => place + 1).filter(() => random() < 0.15),
      key,
      ...(random() < 0.5 && { nextKey: { key: nextKey, fromCheckpoint: 2 } }),
      ...(isErased && { erased: { places, order } }),
    });
    const copies = history.checkpoints
      .filter(() => random() < 0.5)
      .map(({ jws }, index) => ({ jws, timeStamps: [], from: String(index) }));
    const report = await verify(history.lines, { outside: copies });
    expect(report.problems, `seed ${seed}, round ${round}`).toEqual([]);
    expect(report).toMatchObject({ isValid: true, entries: entries.length, outside: { verified: copies.length } });
    expect(report.erasures).toHaveLength(isErased ? 1 : 0);
  }
});
