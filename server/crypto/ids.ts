import { randomUUIDv7 } from 'node:crypto';

/**
 * `mem_01a2049bc23274c2ba57aa65827fb0e8`: a word for the kind of row, then a UUIDv7 (RFC 9562 §5.7) without its dashes. Ids sort by the
 * millisecond they were made in; within one millisecond their order is random.
 */
export function newId<Prefix extends string>(prefix: Prefix): `${Prefix}_${string}` {
  return `${prefix}_${randomUUIDv7().replaceAll('-', '')}`;
}
