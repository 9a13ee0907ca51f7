import type { BundleFile } from '#contract/team-config-files.ts';
import { markerFolder, sortedByPath } from './bundle-files.ts';

export interface PublishedFiles {
  slug: string;
  number: number;
  /** As the bundle was called, and where Reeve was, when it was published. */
  name: string;
  origin: string;
  sha256: string;
  files: BundleFile[];
  /** Paths of earlier versions that this one has no longer. */
  removed: readonly string[];
  publishedAt: Date;
}

/** As many as a marker is read with. */
const mostRemoved = 5_000;

const markerOf = ({ slug, number, name, origin, sha256, files, removed }: PublishedFiles): BundleFile => {
  const paths = files.map(({ path }) => path);
  const marker = {
    slug,
    name,
    version: number,
    sha256,
    files: paths,
    removed: removed.slice(0, mostRemoved),
    from: origin,
  };
  const content = `${JSON.stringify(marker, null, 2)}\n`;
  return { path: `${markerFolder}${slug}.json`, content, encoding: 'utf8', executable: false };
};

/** What a repository gets: the files, and the marker by which `reeve team-config check` knows which version it has. */
export const withMarker = (version: PublishedFiles): BundleFile[] =>
  sortedByPath([...version.files, markerOf(version)]);
