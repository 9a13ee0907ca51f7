import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { BundleFile } from '#contract/team-config-files.ts';

/** The bytes that the file has in a repository. */
export const bytesOf = ({ content, encoding }: Pick<BundleFile, 'content' | 'encoding'>): Buffer =>
  Buffer.from(content, encoding);

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

const byPath = (one: { path: string }, other: { path: string }): number =>
  one.path < other.path ? -1 : one.path > other.path ? 1 : 0;

/** Over all files: SHA-256, in hex, of the canonical JSON (RFC 8785) of path, SHA-256 of the bytes and whether it is executable, by path. */
export function bundleSum(files: readonly BundleFile[]): string {
  const facts = files.map((file) => ({
    path: file.path,
    sha256: sha256(bytesOf(file)),
    executable: file.executable,
  }));
  return sha256(canonicalize(facts.sort(byPath)) ?? '');
}
