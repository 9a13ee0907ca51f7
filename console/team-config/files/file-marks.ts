import { countOf } from '#console/ui/figures.ts';
import type { TeamConfigFinding } from '#contract/team-config-files.ts';
import type { FileChange } from '../working-files.ts';
import type { FileMark } from './FileTree.tsx';

const changeWords: Record<FileChange['kind'], string> = { added: 'new', changed: 'changed', removed: 'gone' };

/** What is wrong with a file counts more than that it changed. */
export function fileMarks(
  findings: readonly TeamConfigFinding[],
  changes: readonly FileChange[],
): Map<string, FileMark> {
  const marks = new Map<string, FileMark>(changes.map(({ path, kind }) => [path, { word: changeWords[kind] }]));
  for (const [file, found] of Map.groupBy(findings, (finding) => finding.file)) {
    const errors = found.filter(({ severity }) => severity === 'error').length;
    const warnings = found.filter(({ severity }) => severity === 'warning').length;
    if (errors > 0) marks.set(file, { word: countOf(errors, 'error'), tone: 'bad' });
    else if (warnings > 0) marks.set(file, { word: countOf(warnings, 'warning'), tone: 'warn' });
  }
  return marks;
}
