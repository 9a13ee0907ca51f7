import type { DiffStats } from '#contract/task-states.ts';

const hunkHeader = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/**
 * Counts a git diff. The lines of a hunk are counted off by its header, so that a changed line which looks like a header is none.
 * Files without hunks (renamed, binary, mode changed) count as modified.
 */
export function statsOfDiff(diff: string): DiffStats {
  const stats = { filesModified: 0, linesAdded: 0, linesRemoved: 0 };
  let oldLeft = 0;
  let newLeft = 0;
  for (const line of diff.split('\n')) {
    if (oldLeft > 0 || newLeft > 0) {
      const [first] = line;
      if (first === '+') {
        newLeft -= 1;
        stats.linesAdded += 1;
      } else if (first === '-') {
        oldLeft -= 1;
        stats.linesRemoved += 1;
      } else if (first !== '\\') {
        oldLeft -= 1;
        newLeft -= 1;
      }
      continue;
    }
    const [, oldLines, newLines] = hunkHeader.exec(line) ?? [];
    if (line.startsWith('@@ ')) {
      oldLeft = Number(oldLines ?? 1);
      newLeft = Number(newLines ?? 1);
    } else if (line.startsWith('diff --git ')) stats.filesModified += 1;
  }
  return stats;
}
