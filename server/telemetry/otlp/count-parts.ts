import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { ReeveError } from '#server/fail.ts';

/** Fields in which messages stand, by their number in `otlp.proto`, with the fields in each of them. */
interface Fields {
  readonly [field: number]: Fields;
}

const none: Fields = {};
const points: Fields = { 1: none };

/** What a request may repeat. */
export const partsOf = {
  logs: { 1: { 1: { 1: none }, 2: { 2: { 6: none } } } },
  metrics: { 1: { 2: { 2: { 5: points, 7: points, 9: points, 10: points, 11: points } } } },
  traces: { 1: { 2: { 2: none } } },
} as const satisfies Record<string, Fields>;

const maxParts = 200_000;
/** A client sends 512 at a time. */
const maxRecords = 10_000;

const tooMany = (max: number, what: string): ReeveError =>
  new ReeveError(
    'body-too-large',
    { [what]: max },
    { message: `The request holds more than ${max} ${what}. Send fewer at a time.` },
  );

function count(bytes: Uint8Array, fields: Fields, before: number): number {
  const reader = new BinaryReader(bytes);
  let parts = before;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const within = fields[field];
    if (within === undefined || wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, field);
      continue;
    }
    parts += 1;
    if (parts > maxParts) throw tooMany(maxParts, 'parts');
    parts = count(reader.bytes(), within, parts);
  }
  return parts;
}

/**
 * Before anything is decoded: what is empty compresses to nothing, takes two bytes and becomes an object.
 * @throws ReeveError body-too-large; Error where it is no protobuf
 */
export function boundParts(body: Uint8Array, fields: Fields): void {
  count(body, fields, 0);
}

/** @throws ReeveError body-too-large */
export function boundRecords(records: number): void {
  if (records > maxRecords) throw tooMany(maxRecords, 'records');
}
