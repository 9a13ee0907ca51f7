import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused } from '#server/refused.ts';
import { kindOfFile } from './folder-format.ts';
import { problemAt } from './folder-problem.ts';
import { type PolicyFolder, parseFolder } from './parse-folder.ts';

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? String(cause);

const listFolder = (folder: string) =>
  readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    const hint = codeOf(cause) === 'ENOENT' ? ' Make it with `reeve policies export`.' : '';
    throw new Refused(`The folder ${folder} cannot be read (${codeOf(cause)}).${hint}`, { cause });
  });

/** Byte for byte: a byte order mark stays, and what is not UTF-8 is refused instead of replaced. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the files of a policy folder; the problems name them with the folder, as a terminal or a check finds them. */
export async function loadFolder(folder: string): Promise<PolicyFolder> {
  const texts = new Map<string, string>();
  const unreadable = [];
  for (const entry of await listFolder(folder)) {
    if (entry.isDirectory() || kindOfFile(entry.name) === null) continue;
    const bytes = await readFile(join(folder, entry.name));
    try {
      texts.set(entry.name, decoder.decode(bytes));
    } catch {
      unreadable.push(problemAt(entry.name, 'This file is not UTF-8 text. Save it as UTF-8.'));
      texts.set(entry.name, '');
    }
  }
  const { set, problems, slugs } = parseFolder(texts);
  const all = [...unreadable, ...problems].map((problem) => ({ ...problem, file: join(folder, problem.file) }));
  return { set: unreadable.length > 0 ? null : set, problems: all, slugs };
}
