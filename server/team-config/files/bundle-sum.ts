import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

export interface SummedFile {
  path: string;
  bytes: Uint8Array;
  isExecutable: boolean;
}

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** The sum of a bundle: the same paths, bytes and modes have the same one, in any order. */
export function bundleSum(files: readonly SummedFile[]): string {
  const listed = files
    .map(({ path, bytes, isExecutable }) => ({ path, sha256: sha256(bytes), executable: isExecutable }))
    .sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
  return sha256(canonicalize(listed) ?? '');
}
