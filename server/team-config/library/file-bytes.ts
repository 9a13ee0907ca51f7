import type { BundleFile } from '#contract/team-config-files.ts';
import { bundleSum } from '../files/bundle-sum.ts';

/** The bytes that the file has in a repository. */
export const bytesOf = ({ content, encoding }: Pick<BundleFile, 'content' | 'encoding'>): Buffer =>
  Buffer.from(content, encoding);

/** The same files have the same one, in any order and encoding. */
export const sumOf = (files: readonly BundleFile[]): string =>
  bundleSum(files.map((file) => ({ path: file.path, bytes: bytesOf(file), isExecutable: file.executable })));
