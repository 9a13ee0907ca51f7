import { isUtf8 } from 'node:buffer';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitPlace, runGit, splitZero } from './run-git.ts';

/** What git lists with `-z`: names as text, and those that are none. */
export function namesIn(output: Buffer): { names: string[]; odd: Buffer[] } {
  const [names, odd]: [string[], Buffer[]] = [[], []];
  for (let from = 0; from < output.length; ) {
    const end = output.indexOf(0, from);
    const name = output.subarray(from, end < 0 ? output.length : end);
    if (isUtf8(name)) names.push(name.toString('utf8'));
    else odd.push(name);
    from += name.length + 1;
  }
  return { names, odd };
}

/** As git shows a name whose bytes are no text: "caf\351.txt". */
export const quoted = (name: Buffer): string =>
  `"${name.toString('latin1').replaceAll(/[^ -~]|["\\]/g, (one) => {
    const code = one.charCodeAt(0);
    return code === 0x22 || code === 0x5c ? `\\${one}` : `\\${code.toString(8).padStart(3, '0')}`;
  })}"`;

/** A line of gitattributes(5) for exactly this path. */
function binaryLine(path: string): string {
  const pattern = `/${path.replaceAll(/[\\*?[]/g, String.raw`\$&`)}`;
  const inQuotes = pattern
    .replaceAll(/["\\]/g, String.raw`\$&`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: names may have them
    .replaceAll(/[\x01-\x1f\x7f]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `"${inQuotes}" -diff`;
}

const sectionHead = Buffer.from('\ndiff --git ');

/** Which files of a diff, in its order, are no UTF-8. Lines of a file's text begin with another character than a head. */
function oddSections(diff: Buffer): number[] {
  const odd: number[] = [];
  for (let from = 0, number = 0; from < diff.length; number += 1) {
    const next = diff.indexOf(sectionHead, from);
    const end = next < 0 ? diff.length : next + 1;
    if (!isUtf8(diff.subarray(from, end))) odd.push(number);
    from = end;
  }
  return odd;
}

/**
 * A diff is text from here on, and text is UTF-8. Files in other encodings (Latin-1, UTF-16 without zero bytes) are taken as what they are,
 * bytes: git's binary patches are plain letters.
 * @param take the same diff again, after the runner's own attributes changed
 */
export async function withoutOddBytes(
  diff: Buffer,
  { place, args, take }: { place: GitPlace; args: readonly string[]; take: () => Promise<Buffer> },
): Promise<Buffer> {
  if (isUtf8(diff)) return diff;
  const listed = splitZero(await runGit(['diff', '--cached', '--raw', '-z', ...args], place));
  // `:modes hashes status`, then a path, or two for what was renamed.
  const files: string[][] = [];
  let sections = 1;
  for (const part of listed) {
    if (/^:\d{6} \d{6} /.test(part)) {
      files.push([]);
      // A file that became a link, or the other way round: its diff takes the one away and adds the other.
      sections = part.endsWith(' T') ? 2 : 1;
    } else {
      files.at(-1)?.push(part);
      if (sections === 2) files.push([part]);
    }
  }
  const lines = oddSections(diff).flatMap((at) => (files[at] ?? []).map(binaryLine));
  const file = join(place.gitDir, 'info/attributes');
  await writeFile(file, `${await readFile(file, 'utf8')}${lines.join('\n')}\n`);
  return take();
}
