import { type BundleFile, bundleLimits } from '#contract/team-config-files.ts';
import { pathProblem } from '../working-files.ts';

/**
 * Where an uploaded file goes. The folder that only holds a bundle is left out, a folder with a SKILL.md is a skill, and anything else
 * goes beside what is open.
 */
function placeOf(file: File, { skills, folder }: { skills: ReadonlySet<string>; folder: string }): string {
  const path = file.webkitRelativePath || file.name;
  const [top = '', ...rest] = path.split('/');
  for (const kept of [path, rest.join('/')]) if (pathProblem([], kept) === null) return kept;
  return skills.has(top) ? `.codex/skills/${path}` : `${folder}/${path}`;
}

const isSkill = ({ webkitRelativePath }: File) => /^[^/]+\/SKILL\.md$/.test(webkitRelativePath);

const isOfTools = (path: string) => path.split('/').some((part) => part === '.git' || part === '.DS_Store');

/** Text stays text; anything else is kept byte by byte. */
async function toBundleFile(path: string, file: File): Promise<BundleFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const executable = bytes[0] === 0x23 && bytes[1] === 0x21;
  try {
    const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!content.includes('\0')) return { path, content, encoding: 'utf8', executable };
  } catch {
    // No UTF-8: kept as bytes below.
  }
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return { path, content: btoa(binary), encoding: 'base64', executable: false };
}

/**
 * What somebody chose on their disk as files of a bundle, and in words what could not be taken. A browser does not tell modes: what
 * begins with `#!` is executable.
 */
export async function readUploads(
  chosen: File[],
  folder: string,
): Promise<{ files: BundleFile[]; problems: string[] }> {
  const files: BundleFile[] = [];
  const problems: string[] = [];
  const skills = new Set(
    chosen.filter(isSkill).map(({ webkitRelativePath }) => webkitRelativePath.split('/')[0] ?? ''),
  );
  for (const file of chosen) {
    const path = placeOf(file, { skills, folder });
    if (isOfTools(path)) continue;
    const problem =
      file.size > bundleLimits.fileBytes
        ? `It has more than ${bundleLimits.fileBytes / 1024} KiB.`
        : files.length >= bundleLimits.files
          ? `A bundle has at most ${bundleLimits.files} files.`
          : pathProblem([], path);
    if (problem) problems.push(`${path}: ${problem}`);
    else files.push(await toBundleFile(path, file));
  }
  return { files, problems };
}
