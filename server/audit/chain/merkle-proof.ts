import { emptyRoot, leafHash, nodeHash } from './merkle-tree.ts';

/** The hash of a complete subtree: 2^level leaves from index · 2^level. */
export type SubtreeHash = (level: number, index: number) => Promise<Buffer>;

/** The largest power of two smaller than `size` (RFC 9162 §2.1.1: k < n ≤ 2k). */
const split = (size: number): number => 2 ** (Math.ceil(Math.log2(size)) - 1);

/** MTH(D[from:to]) of RFC 9162. `from` is a multiple of the subtree that the range begins with, as all ranges of a proof are. */
async function rangeHash(subtree: SubtreeHash, from: number, to: number): Promise<Buffer> {
  const size = to - from;
  const level = Math.log2(size);
  if (Number.isInteger(level)) return subtree(level, from / size);
  const k = split(size);
  return nodeHash(await rangeHash(subtree, from, from + k), await rangeHash(subtree, from + k, to));
}

/** PATH(m, D[n]) of RFC 9162 §2.1.3.1, from the leaf upwards, in hexadecimal. `index` from 0. */
export async function inclusionPath(subtree: SubtreeHash, index: number, size: number): Promise<string[]> {
  const path: string[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + split(to - from);
    const isLeft = index < middle;
    path.push((await rangeHash(subtree, isLeft ? middle : from, isLeft ? to : middle)).toString('hex'));
    if (isLeft) to = middle;
    else from = middle;
  }
  return path.reverse();
}

/** SUBPROOF(m, D[n], b) of RFC 9162 §2.1.4.1. */
async function subproof(
  subtree: SubtreeHash,
  { from, to, older, isKnown }: { from: number; to: number; older: number; isKnown: boolean },
): Promise<string[]> {
  if (older === to) return isKnown ? [] : [(await rangeHash(subtree, from, to)).toString('hex')];
  const middle = from + split(to - from);
  if (older <= middle)
    return [
      ...(await subproof(subtree, { from, to: middle, older, isKnown })),
      (await rangeHash(subtree, middle, to)).toString('hex'),
    ];
  return [
    ...(await subproof(subtree, { from: middle, to, older, isKnown: false })),
    (await rangeHash(subtree, from, middle)).toString('hex'),
  ];
}

/** PROOF(m, D[n]) of RFC 9162 §2.1.4.1: that the first `older` leaves of a tree of `size` are those of the tree of that time. */
export async function consistencyProof(subtree: SubtreeHash, older: number, size: number): Promise<string[]> {
  if (older === 0 || older === size) return [];
  return subproof(subtree, { from: 0, to: size, older, isKnown: true });
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** The root that an inclusion proof leads to, in hexadecimal; null when the proof has not the right length (RFC 9162 §2.1.3.2). */
export function rootOfInclusion(linkHash: string, index: number, size: number, path: readonly string[]): string | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null;
  let [fn, sn] = [index, size - 1];
  let result: Buffer = leafHash(linkHash);
  for (const hash of path) {
    if (sn === 0) return null;
    if (fn % 2 === 1 || fn === sn) {
      result = nodeHash(bytes(hash), result);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else result = nodeHash(result, bytes(hash));
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 ? result.toString('hex') : null;
}

/** Whether the tree of `size` with `root` begins with that of `older` with `olderRoot` (RFC 9162 §2.1.4.2). */
export function isConsistent(
  older: { size: number; root: string },
  newer: { size: number; root: string },
  proof: readonly string[],
): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && older.root === newer.root;
  if (older.size === 0) return proof.length === 0 && older.root === emptyRoot;
  const path = Number.isInteger(Math.log2(older.size)) ? [older.root, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  let [fn, sn] = [older.size - 1, newer.size - 1];
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  let was: Buffer = bytes(first);
  let is: Buffer = bytes(first);
  for (const hash of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      was = nodeHash(bytes(hash), was);
      is = nodeHash(bytes(hash), is);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else is = nodeHash(is, bytes(hash));
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && was.toString('hex') === older.root && is.toString('hex') === newer.root;
}
