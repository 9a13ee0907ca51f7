import type { GitFolder } from './git-folder.ts';

export interface IndexEntry {
  mode: string;
  blob: string;
}

/** What an index has, by path. */
export async function readEntries(
  folder: GitFolder,
  env: Record<string, string>,
): Promise<ReadonlyMap<string, IndexEntry>> {
  const listed = (await folder.run(['ls-files', '--stage', '-z'], { env })).split('\0');
  return new Map(
    listed.filter(Boolean).map((line) => {
      // A path may have tabs, too.
      const tab = line.indexOf('\t');
      const [mode = '', blob = ''] = line.slice(0, tab).split(' ');
      return [line.slice(tab + 1), { mode, blob }] as const;
    }),
  );
}
