import type { BundleFile } from '#contract/team-config-files.ts';
import { diffFiles, type FileInDiff, type FilesDiff } from '#server/connectors/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { BundleMarker } from '../files/bundle-markers.ts';
import { bytesOf } from '../files/bundle-sum.ts';
import { markerFolder } from '../library/bundle-files.ts';
import { withMarker } from '../library/marker.ts';
import { readBundle, readPublished } from '../library/queries.ts';

export interface BundleTarget {
  id: string;
  repositoryId: string;
  branch: string;
}

export interface BundleDiff extends FilesDiff {
  bundle: { id: string; slug: string; name: string };
  version: number;
  message: string;
}

/** Of an earlier version, as the repository's own marker of this bundle says. Files that it does not name are the repository's. */
function filesOfMarker(text: string | undefined): ReadonlySet<string> {
  try {
    const { data } = BundleMarker.safeParse(JSON.parse(text ?? ''));
    return new Set([...(data?.files ?? []), ...(data?.removed ?? [])]);
  } catch {
    return new Set();
  }
}

/** @throws ReeveError not-found; bundle-not-published before the first version */
async function requireNewest(db: Services['db'], workspaceId: string, id: string) {
  const bundle = await readBundle(db, workspaceId, id);
  if (!bundle) throw new ReeveError('not-found', { bundleId: id });
  const published = bundle.newest > 0 ? await readPublished(db, workspaceId, id, bundle.newest) : undefined;
  if (!published)
    throw new ReeveError('not-found', { bundleId: id }, { message: `No version of ${bundle.name} is published yet.` });
  return { bundle, published };
}

/**
 * What the newest version would change in the branch: its files and its marker come, and files of earlier versions that the repository has
 * and this version has not go.
 * @throws ReeveError not-found, and what `diffFiles` throws
 */
export async function diffBundle(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>,
  workspaceId: string,
  { id, commit, forWhom, ...place }: BundleTarget & { commit?: string | undefined; forWhom: string },
): Promise<BundleDiff> {
  const { bundle, published } = await requireNewest(services.db, workspaceId, id);
  const { slug } = bundle;
  const marker = `${markerFolder}${slug}.json`;
  const files = withMarker({ slug, ...published });
  const found = await diffFiles(services, {
    ...place,
    ...{ workspaceId, commit, forWhom },
    files: files.map((file) => ({ path: file.path, content: bytesOf(file), isExecutable: file.executable })),
    read: [marker],
    remove(read) {
      const theirs = filesOfMarker(read.get(marker));
      return published.removed.filter((path) => theirs.has(path));
    },
  });
  return { ...found, bundle: { id, slug, name: bundle.name }, version: published.number, message: published.message };
}

/** As the console shows it: text as such, anything else in base64. */
export function shownFile(file: FileInDiff['before']): BundleFile | null {
  if (file === null) return null;
  const { path, content, isExecutable: executable } = file;
  const text = content.toString('utf8');
  return Buffer.from(text).equals(content)
    ? { path, content: text, encoding: 'utf8', executable }
    : { path, content: content.toString('base64'), encoding: 'base64', executable };
}
