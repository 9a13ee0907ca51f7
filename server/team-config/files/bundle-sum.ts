import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { BundleFile } from '#contract/team-config-files.ts';

export interface SummedFile {
  path: string;
  bytes: Uint8Array;
  isExecutable: boolean;
}

/** The bytes that the file has in a repository. */
export const bytesOf = ({ content, encoding }: Pick<BundleFile, 'content' | 'encoding'>): Buffer =>
  Buffer.from(content, encoding);

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

const byPath = (one: { path: string }, other: { path: string }): number =>
  one.path < other.path ? -1 : one.path > other.path ? 1 : 0;

/** Over all files: SHA-256, in hex, of the canonical JSON (RFC 8785) of path, SHA-256 of the bytes and whether it is executable, by path. */
export function bundleSum(files: readonly SummedFile[]): string {
  const listed = files
    .map(({ path, bytes, isExecutable }) => ({ path, sha256: sha256(bytes), executable: isExecutable }))
    .sort(byPath);
  return sha256(canonicalize(listed) ?? '');
}

/** The same of files as the library keeps them. */
export const sumOfBundle = (files: readonly BundleFile[]): string =>
  bundleSum(files.map((file) => ({ path: file.path, bytes: bytesOf(file), isExecutable: file.executable })));
