import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { countPointsBinary, countSpansBinary, readLogsBinary } from './read-binary.ts';
import { readLogsJson } from './read-json.ts';

/** A field of these bytes `times` times. */
function field(number: number, bytes: Uint8Array, times = 1): Uint8Array {
  const one = new BinaryWriter()
    .uint32((number << 3) | 2)
    .bytes(bytes)
    .finish();
  const all = new Uint8Array(one.length * times);
  for (let index = 0; index < times; index += 1) all.set(one, index * one.length);
  return all;
}
const empty = new Uint8Array();
/** @param path from the outermost field on; the last one stands there `times` times */
const nested = (path: readonly number[], times: number): Uint8Array => {
  const [first = 0, ...rest] = path;
  return rest.length === 0 ? field(first, empty, times) : field(first, nested(rest, times));
};
const tooLarge = expect.objectContaining({ code: 'body-too-large' });

describe('a request of very many parts is refused before it is decoded', () => {
  it.each([
    ['attributes', readLogsBinary, [1, 2, 2, 6]],
    ['attributes of a resource', readLogsBinary, [1, 1, 1]],
    ['resources', readLogsBinary, [1]],
    ['points', countPointsBinary, [1, 2, 2, 7, 1]],
    ['spans', countSpansBinary, [1, 2, 2]],
  ] as const)('%s', (_what, read, path) => {
    expect(() => read(nested(path, 200_001))).toThrow(tooLarge);
    expect(() => read(nested(path, 1_000))).not.toThrow();
  });
});

it('takes no more than 10,000 records at a time, by either encoding', () => {
  expect(readLogsBinary(nested([1, 2, 2], 10_000)).items).toHaveLength(10_000);
  expect(() => readLogsBinary(nested([1, 2, 2], 10_001))).toThrow(tooLarge);
  const json = (records: number) =>
    JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: Array.from({ length: records }, () => ({})) }] }] });
  expect(readLogsJson(json(10_000)).items).toHaveLength(10_000);
  expect(() => readLogsJson(json(10_001))).toThrow(tooLarge);
});
