import { execFile } from 'node:child_process';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Driver } from '../drivers/driver.ts';

const run = promisify(execFile);

/** Everything of one attempt on this machine. The container sees `workspace` and `home`, nothing else. */
export interface AttemptFolders {
  root: string;
  workspace: string;
  home: string;
  indexFile: string;
  authorityFile: string;
  socket: string;
}

export async function makeAttemptFolders(
  places: { attempts: string; sockets: string },
  name: string,
  owner: Driver['owner'],
): Promise<AttemptFolders> {
  const root = join(places.attempts, name);
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true, mode: 0o711 });
  const folders = {
    root,
    workspace: join(root, 'workspace'),
    home: join(root, 'home'),
    indexFile: join(root, 'index'),
    authorityFile: join(root, 'authority.pem'),
    // Short, because the path of a socket has 107 bytes at most.
    socket: join(places.sockets, `${name.slice(-24)}.sock`),
  };
  for (const folder of [folders.workspace, folders.home]) await mkdir(folder, { mode: 0o755 });
  // An interactive shell and a login shell read different files; what set-up adds to .bashrc is meant for both.
  await writeFile(join(folders.home, '.profile'), '[ -f ~/.bashrc ] && . ~/.bashrc\n');
  await writeFile(join(folders.home, '.bashrc'), '');
  await giveTo(owner, [folders.workspace, folders.home]);
  return folders;
}

/** Links are given themselves, not what they lead to. */
export async function giveTo({ uid, gid }: Driver['owner'], paths: readonly string[]): Promise<void> {
  if (uid === process.getuid?.()) return;
  for (const path of paths) await chown(path, uid, gid);
  await run('chown', ['--recursive', '--no-dereference', '-P', '--', `${uid}:${gid}`, ...paths]);
}

/**
 * Folders that a container made unreadable are made readable first. The programs go down step by step, so that nothing is too deep for
 * them; by its path, a folder can be.
 */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(async () => {
    await run('chmod', ['--recursive', 'u+rwX', '--', path]).catch(() => undefined);
    await run('rm', ['--recursive', '--force', '--', path]);
  });
}
