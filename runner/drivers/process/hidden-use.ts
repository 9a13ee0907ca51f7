import { readdir, readFile, readlink, stat, statfs } from 'node:fs/promises';

/** proc_pid_mountinfo(5): device, place and kind of each mounted file system. */
async function mountsOf(process: number | 'self'): Promise<{ device: string; place: string; kind: string }[]> {
  const text = await readFile(`/proc/${process}/mountinfo`, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [, , device = '', , written = ''] = line.split(' ');
    const kind = / - (\S+) /.exec(line)?.[1] ?? '';
    const place = written.replaceAll(/\\(\d{3})/g, (_all, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    return kind === '' ? [] : [{ device, place, kind }];
  });
}

/**
 * What is in memory file systems that these processes see and this one does not: those of their container, and those that they mounted
 * themselves in namespaces of their own, which have no limit of size.
 */
export async function memoryFileBytes(pids: readonly number[]): Promise<number> {
  const known = new Set((await mountsOf('self')).map(({ device }) => device));
  const namespaces = new Set<string>();
  let bytes = 0;
  for (const pid of pids) {
    const namespace = await readlink(`/proc/${pid}/ns/mnt`).catch(() => null);
    if (namespace === null || namespaces.has(namespace)) continue;
    namespaces.add(namespace);
    for (const { device, place, kind } of await mountsOf(pid)) {
      if (!/^(tmpfs|ramfs)$/.test(kind) || known.has(device)) continue;
      known.add(device);
      const size = await statfs(`/proc/${pid}/root${place}`).catch(() => null);
      if (size) bytes += (size.blocks - size.bfree) * size.bsize;
    }
  }
  return bytes;
}

export interface OpenFilesUse {
  /** Files that were never in a folder: memfd_create(2). */
  memoryBytes: number;
  /** Files on the folders' disk that were removed while open. */
  diskBytes: number;
}

/** What processes hold open and no folder shows. */
export async function openFilesUse(pids: readonly number[], folders: readonly string[]): Promise<OpenFilesUse> {
  const disks = new Set(await Promise.all(folders.map(async (folder) => (await stat(folder).catch(() => null))?.dev)));
  const seen = new Set<string>();
  const use: OpenFilesUse = { memoryBytes: 0, diskBytes: 0 };
  for (const pid of pids) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const path = `/proc/${pid}/fd/${fd}`;
      const target = await readlink(path).catch(() => '');
      if (!target.endsWith(' (deleted)')) continue;
      const facts = await stat(path).catch(() => null);
      const key = `${facts?.dev}:${facts?.ino}`;
      if (!facts?.isFile() || seen.has(key)) continue;
      seen.add(key);
      if (target.startsWith('/memfd:')) use.memoryBytes += facts.blocks * 512;
      else if (disks.has(facts.dev)) use.diskBytes += facts.blocks * 512;
    }
  }
  return use;
}
