import { defaultInstructionBytes, foldersWithInstructions, instructionsIn } from '../files/instructions.ts';
import { chainOf, nameOf, type Project, textOf } from '../files/project.ts';
import { type Findings, type Stretch, stretchOf } from './findings.ts';

/** What the config of the folders says of instructions. */
export interface InstructionSettings {
  maxBytes(folder: string): number | null;
  fallbackNames(folder: string): readonly string[];
}

/** From the first byte that is left out to the end. */
function restOf(bytes: Uint8Array, kept: number): Stretch {
  const text = Buffer.from(bytes).toString('utf8');
  return stretchOf(text, Buffer.from(bytes.subarray(0, kept)).toString('utf8').length, text.length);
}

const fixOf = (folder: string): string =>
  `Shorten the files, move parts into skills, or raise \`project_doc_max_bytes\` in ${folder === '' ? '' : `${folder}/`}.codex/config.toml.`;

function checkFolder(project: Project, folder: string, settings: InstructionSettings, findings: Findings): void {
  const fallbacks = settings.fallbackNames(folder);
  const limit = settings.maxBytes(folder) ?? defaultInstructionBytes;
  const above = chainOf(folder)
    .slice(0, -1)
    .map((each) => instructionsIn(project, each, fallbacks)?.read.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
  const found = instructionsIn(project, folder, fallbacks);
  if (!found) return;
  const { read, passedOver } = found;
  const left = Math.max(0, limit - above);
  if (left === 0 && read.size > 0) {
    const message = `Nothing of this file reaches the model: the files of the folders above have ${above} bytes, and ${limit} is the most.`;
    findings.add({ code: 'instructions-left-out', file: read.path, message, fix: fixOf(folder) });
  } else if (read.size > left) {
    const shared = above === 0 ? '' : ` (${above} of ${limit} belong to the folders above)`;
    const message = `Only the first ${left} of ${read.size} bytes reach the model${shared}.`;
    const at = read.bytes ? restOf(read.bytes, left) : undefined;
    findings.add({ code: 'instructions-cut', file: read.path, message, fix: fixOf(folder), ...(at && { at }) });
  }
  for (const { path } of passedOver) {
    const message = `${nameOf(read.path)} in the same folder takes the place of this file.`;
    findings.add({ code: 'instructions-replaced', file: path, message, fix: 'Keep one of them.' });
  }
  if (read.bytes && textOf(read) === null)
    findings.add({
      code: 'unreadable-file',
      file: read.path,
      message: 'This is not UTF-8 text; clients replace what they cannot read.',
      fix: 'Save it as UTF-8.',
    });
}

/** Instructions that do not reach the model. */
export function checkInstructions(project: Project, settings: InstructionSettings, findings: Findings): void {
  const present = new Set([...project.files.keys()].map(nameOf));
  // A list may be long; only names that some file has matter.
  const listed = new Map<string, readonly string[]>();
  const fallbackNames = (folder: string): readonly string[] => {
    const known = listed.get(folder) ?? settings.fallbackNames(folder).filter((name) => present.has(nameOf(name)));
    listed.set(folder, known);
    return known;
  };
  const everyName = new Set([...project.files.keys()].flatMap(fallbackNames));
  for (const folder of foldersWithInstructions(project, [...everyName]))
    checkFolder(project, folder, { ...settings, fallbackNames }, findings);
}
