import { parsePatch, type StructuredPatch, type StructuredPatchHunk } from 'diff';
import type { ChangeData, DiffType, HunkData } from 'react-diff-view';

export interface DiffFile {
  path: string;
  /** Where it was before, when it moved. */
  oldPath: string | null;
  type: DiffType;
  hunks: HunkData[];
  added: number;
  removed: number;
  /** No text to show: binary, empty, or only its mode changed. */
  hasNoText: boolean;
  /** `100644 to 100755` */
  modes: string | null;
}

/** Counts as git does: `lines` are checked against the head of the hunk by the parser. */
function readHunk({ oldStart, oldLines, newStart, newLines, lines }: StructuredPatchHunk): HunkData {
  let oldLineNumber = oldStart;
  let newLineNumber = newStart;
  const changes: ChangeData[] = [];
  for (const line of lines) {
    const content = line.slice(1);
    if (line.startsWith('+')) changes.push({ type: 'insert', isInsert: true, content, lineNumber: newLineNumber++ });
    else if (line.startsWith('-'))
      changes.push({ type: 'delete', isDelete: true, content, lineNumber: oldLineNumber++ });
    else if (!line.startsWith('\\'))
      changes.push({
        type: 'normal',
        isNormal: true,
        content,
        oldLineNumber: oldLineNumber++,
        newLineNumber: newLineNumber++,
      });
  }
  const content = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
  return { content, oldStart, newStart, oldLines, newLines, changes };
}

function typeOf({ isCreate, isDelete, isRename, isCopy }: StructuredPatch): DiffType {
  if (isCreate) return 'add';
  if (isDelete) return 'delete';
  if (isRename) return 'rename';
  return isCopy ? 'copy' : 'modify';
}

const withoutSide = (name: string | undefined): string | null =>
  name === undefined || name === '/dev/null' ? null : name.replace(/^[ab]\//, '');

const count = (hunks: HunkData[], type: ChangeData['type']) =>
  hunks.reduce((sum, { changes }) => sum + changes.filter((change) => change.type === type).length, 0);

function readFile(patch: StructuredPatch): DiffFile {
  const [oldPath, newPath] = [withoutSide(patch.oldFileName), withoutSide(patch.newFileName)];
  const hunks = patch.hunks.map(readHunk);
  const { oldMode, newMode } = patch;
  return {
    path: newPath ?? oldPath ?? '',
    oldPath: oldPath !== null && newPath !== null && oldPath !== newPath ? oldPath : null,
    type: typeOf(patch),
    hunks,
    added: count(hunks, 'insert'),
    removed: count(hunks, 'delete'),
    hasNoText: hunks.length === 0,
    modes: oldMode !== undefined && newMode !== undefined && oldMode !== newMode ? `${oldMode} to ${newMode}` : null,
  };
}

/** A git diff file by file, in its order. Null: it cannot be read, and has to be shown as it is. */
export function readDiff(diff: string): DiffFile[] | null {
  if (diff.trim() === '') return [];
  try {
    const files = parsePatch(diff).map(readFile);
    // A diff of git names every file; what does not is no diff that can be taken apart.
    return files.every(({ path }) => path !== '') ? files : null;
  } catch {
    return null;
  }
}

/** Characters that are not seen, or turn the direction of what follows: what is shown may differ from what runs. */
const unseen = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

/** Numbers of added lines with such characters. */
export const linesWithUnseen = ({ hunks }: Pick<DiffFile, 'hunks'>): number[] =>
  hunks.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.type === 'insert' && unseen.test(change.content) ? change.lineNumber : [])),
  );

export interface DiffLine {
  side: 'old' | 'new';
  line: number;
}

/** The line that a comment on this change belongs to: of the new file, unless the line is only in the old one. */
export function lineOf(change: ChangeData): DiffLine {
  if (change.type === 'delete') return { side: 'old', line: change.lineNumber };
  return { side: 'new', line: change.type === 'insert' ? change.lineNumber : change.newLineNumber };
}

/** The change that a comment is shown below; undefined when the diff does not show that line. */
export function changeAt(hunks: readonly HunkData[], { side, line }: DiffLine): ChangeData | undefined {
  for (const { changes } of hunks)
    for (const change of changes) {
      if (change.type === 'delete' ? side === 'old' && change.lineNumber === line : false) return change;
      if (change.type === 'insert' ? side === 'new' && change.lineNumber === line : false) return change;
      if (change.type === 'normal' && line === (side === 'new' ? change.newLineNumber : change.oldLineNumber))
        return change;
    }
  return undefined;
}
