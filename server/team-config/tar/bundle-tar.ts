import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { BundleFile } from '#contract/team-config-files.ts';
import { bytesOf } from '../library/file-bytes.ts';

export interface TarEntry {
  file: BundleFile;
  at: Date;
}

/** The same bytes for the same entries, wherever and whenever: nothing in it is of this machine or this moment. Entries are sorted by path. */
export function bundleTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { file, at } of entries) {
    const mode = file.executable ? 0o755 : 0o644;
    // Whole seconds: a fraction would be written as an extension that not every tar reads.
    const mtime = new Date(Math.floor(at.getTime() / 1000) * 1000);
    tar.entry({ name: file.path, mode, mtime, uid: 0, gid: 0, uname: '', gname: '' }, bytesOf(file));
  }
  tar.finalize();
  return buffer(tar);
}
