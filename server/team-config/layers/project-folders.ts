import path from 'node:path';
import type { MachineFiles } from './machine-files.ts';

function* upwards(folder: string): Generator<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    yield at;
    if (path.dirname(at) === at) return;
  }
}

/** An empty `.git` folder marks nothing: the client wants a HEAD in it. A file of that name always counts. */
function isMarked(files: MachineFiles, folder: string, marker: string): boolean {
  const kind = files.kind(path.join(folder, marker));
  if (kind !== 'folder' || marker !== '.git') return kind !== null;
  return files.kind(path.join(folder, '.git/HEAD')) !== null;
}

/** The nearest folder, from the working folder upwards, with one of the markers; the working folder itself where there is none. */
export function findProjectRoot(files: MachineFiles, cwd: string, markers: readonly string[]): string {
  for (const folder of upwards(cwd)) if (markers.some((marker) => isMarked(files, folder, marker))) return folder;
  return cwd;
}

/** From the root of the project down to the working folder. */
export function projectFolders(root: string, cwd: string): string[] {
  const folders: string[] = [];
  for (const folder of upwards(cwd)) {
    folders.unshift(folder);
    if (folder === root) break;
  }
  return folders;
}

export interface GitCheckout {
  /** The folder with `.git`. */
  root: string;
  /** The main checkout that this one was added to with `git worktree add`; null: it is the main one, or git does not confirm the link. */
  mainRoot: string | null;
}

function mainCheckout(files: MachineFiles, root: string): string | null {
  const pointer = files.read(path.join(root, '.git'))?.match(/^gitdir:\s*(.+?)\s*$/m)?.[1];
  if (pointer === undefined) return null;
  const gitFolder = path.resolve(root, pointer);
  const worktrees = path.dirname(gitFolder);
  const main = path.dirname(worktrees);
  if (path.basename(worktrees) !== 'worktrees' || files.kind(path.join(main, 'HEAD')) === null) return null;
  // Anybody can write a `.git` file that points into somebody else's repository; git notes the way back.
  const back = files.read(path.join(gitFolder, 'gitdir'))?.trim();
  const isConfirmed =
    back !== undefined && files.realPath(path.resolve(gitFolder, back)) === files.realPath(path.join(root, '.git'));
  return isConfirmed ? path.dirname(main) : null;
}

/** The git checkout around a folder; null when there is none. */
export function findGitCheckout(files: MachineFiles, cwd: string): GitCheckout | null {
  for (const folder of upwards(cwd)) {
    if (!isMarked(files, folder, '.git')) continue;
    const isLinked = files.kind(path.join(folder, '.git')) === 'file';
    return { root: folder, mainRoot: isLinked ? mainCheckout(files, folder) : null };
  }
  return null;
}
