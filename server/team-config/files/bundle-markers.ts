import { z } from 'zod';
import { VersionNumber } from '#contract/team-config-bundles.ts';
import { bundleSum } from './bundle-sum.ts';
import { folderOf, join, type Project, textOf } from './project.ts';

/** Written beside the files of a bundle by the library, as `.codex/reeve-bundles/<slug>.json`. */
export const BundleMarker = z.object({
  slug: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/),
  version: VersionNumber.nullable(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  files: z.array(z.string().min(1).max(300)).max(1000),
  /** Of earlier versions, and no longer in this one: unpacking a version adds and replaces files, and takes none away. */
  removed: z.array(z.string().min(1).max(300)).max(5000).default([]),
});
export type BundleMarker = z.infer<typeof BundleMarker>;

export interface FoundBundle {
  /** Of its marker. */
  file: string;
  /** Of the folder that the bundle's paths start at; empty: the root. */
  folder: string;
  marker: BundleMarker;
  /** Over the files as they are here, those of earlier versions too: with one of them it is the sum of no version. */
  sha256: string;
  missing: string[];
  /** Of earlier versions, and still here. From the folder of the bundle. */
  leftOver: string[];
}

export type BundleReading =
  | { bundle: FoundBundle; problem: null }
  | { bundle: null; problem: { file: string; message: string } };

const pathPattern = /^(?:(.*)\/)?\.codex\/reeve-bundles\/[^/]+\.json$/;

function parseMarker(text: string | null): BundleMarker | null {
  try {
    const { data } = BundleMarker.safeParse(JSON.parse(text ?? ''));
    return data ?? null;
  } catch {
    return null;
  }
}

/** The bundles a repository has, with the sum over their files as they are there. */
export function findBundles(project: Project): BundleReading[] {
  const paths = [...project.files.keys()].filter((path) => pathPattern.test(path)).sort();
  return paths.map((file) => {
    const entry = project.files.get(file);
    const marker = parseMarker(entry ? textOf(entry) : null);
    if (!marker) {
      const message = 'This marker cannot be read, so the bundle it belongs to is not known.';
      return { bundle: null, problem: { file, message } };
    }
    const folder = folderOf(folderOf(folderOf(file)));
    const leftOver = marker.removed.filter(
      (path) => !marker.files.includes(path) && project.files.has(join(folder, path)),
    );
    const present = [...marker.files, ...leftOver].flatMap((path) => {
      const found = project.files.get(join(folder, path));
      if (!found?.bytes) return [];
      return [{ path, bytes: found.bytes, isExecutable: found.isExecutable }];
    });
    const missing = marker.files.filter((path) => !present.some((each) => each.path === path));
    return { bundle: { file, folder, marker, sha256: bundleSum(present), missing, leftOver }, problem: null };
  });
}
