import { type BundleFile, bundleLimits } from '#contract/team-config-files.ts';
import { ReeveError } from '#server/fail.ts';
import { bytesOf } from './file-bytes.ts';

/** Below it each fetched bundle says what it is. No bundle has files of its own there. */
export const markerFolder = '.codex/reeve-bundles/';

const allowedRoots = ['.codex', '.agents'];
// What git, Windows or a shell would take for something else: control characters, wildcards, a colon, and anything that reorders text.
const strange = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\:*?"<>|]/u;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const deviceNames = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
// `git~1` is what `.git` is called where names are short.
const gitNames = /^(?:\.git|git~\d+)$/i;

/** What disk systems that fold case and normalise text take for the same name. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase().normalize('NFC');

function problemOfName(name: string): string | null {
  if (name === '' || name === '.' || name === '..') return 'has an empty part, “.” or “..”';
  if (strange.test(name)) return 'has a character that is not allowed in names of files';
  if (gitNames.test(name)) return 'would be a part of git itself';
  if (deviceNames.test(name) || /[. ]$/.test(name)) return 'has a name that Windows does not take';
  return Buffer.byteLength(name) > 255 ? 'has a part that is too long' : null;
}

/** Why a bundle cannot have a file there; null where it can. */
export function problemOfPath(path: string): string | null {
  if (path.startsWith('/')) return 'begins with “/”; paths are relative to the repository';
  if (path !== path.normalize('NFC')) return 'is not in the usual Unicode form (NFC)';
  const names = path.split('/');
  const [root = ''] = names;
  const problem = names.map(problemOfName).find((found) => found !== null);
  if (problem) return problem;
  if (path === 'AGENTS.md') return null;
  if (names.length === 1 || !allowedRoots.includes(root))
    return 'is neither AGENTS.md nor below `.codex/` or `.agents/`';
  return folded(`${path}/`).startsWith(folded(markerFolder))
    ? `is below \`${markerFolder}\`, where Reeve says what came from where`
    : null;
}

/** Two files at one place, as git on another system would see it. */
function* placesTakenTwice(files: readonly BundleFile[]): Generator<{ index: number; message: string }> {
  const fileAt = new Map<string, string>();
  const folderAt = new Map<string, string>();
  for (const [index, { path }] of files.entries()) {
    const place = folded(path);
    const same = fileAt.get(place);
    if (same !== undefined) yield { index, message: `is at the same place as “${same}”` };
    fileAt.set(place, path);
    const names = path.split('/');
    for (let length = 1; length < names.length; length += 1) {
      const folder = names.slice(0, length).join('/');
      const known = folderAt.get(folded(folder));
      if (known !== undefined && known !== folder)
        yield { index, message: `is in “${folder}”, and another file in “${known}”: the two differ in case only` };
      else folderAt.set(folded(folder), folder);
    }
  }
  for (const [index, { path }] of files.entries())
    if (folderAt.has(folded(path))) yield { index, message: 'is a file, and a folder of other files as well' };
}

function problemOfContent(file: BundleFile): string | null {
  if (file.encoding === 'base64' && !base64.test(file.content)) return 'is not valid base64';
  return bytesOf(file).length > bundleLimits.fileBytes ? `is larger than ${bundleLimits.fileBytes / 1024} KiB` : null;
}

/**
 * The files of a bundle sorted by path. Where a path could leave the repository, meet another one, or be read otherwise on another
 * system, nothing is taken: whoever subscribes writes these to a disk.
 * @throws ReeveError bad-input, with an issue for each
 */
export function requireBundleFiles(files: readonly BundleFile[]): BundleFile[] {
  const issues: { path: (string | number)[]; message: string }[] = [];
  const refuse = (index: number, message: string) =>
    issues.push({ path: ['files', index], message: `“${files[index]?.path}” ${message}.` });
  if (files.length > bundleLimits.files)
    issues.push({ path: ['files'], message: `A bundle has at most ${bundleLimits.files} files.` });
  let total = 0;
  for (const [index, file] of files.entries()) {
    const problem = problemOfPath(file.path) ?? problemOfContent(file);
    if (problem !== null) refuse(index, problem);
    total += bytesOf(file).length;
  }
  for (const { index, message } of placesTakenTwice(files)) refuse(index, message);
  if (total > bundleLimits.totalBytes)
    issues.push({ path: ['files'], message: `A bundle has at most ${bundleLimits.totalBytes / 1024 / 1024} MiB.` });
  if (issues.length > 0) throw new ReeveError('bad-input', { issues });
  return sortedByPath(
    files.map(({ path, content, encoding, executable }) => ({ path, content, encoding, executable })),
  );
}

export const sortedByPath = <File extends { path: string }>(files: readonly File[]): File[] =>
  [...files].sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
