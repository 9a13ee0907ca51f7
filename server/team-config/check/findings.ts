import { type TeamConfigCode, teamConfigCodes } from '#contract/team-config-codes.ts';
import type { TeamConfigFinding } from '#contract/team-config-files.ts';

export interface Place {
  line: number;
  column: number;
}

export interface Stretch {
  from: Place;
  to: Place;
}

export const startOfFile: Stretch = { from: { line: 1, column: 1 }, to: { line: 1, column: 1 } };

/** Where offsets of a text stand: lines end with a line feed, columns count UTF-16 units. */
export function stretchOf(text: string, from: number, to: number = from): Stretch {
  const at = (offset: number): Place => {
    const before = text.slice(0, Math.min(Math.max(offset, 0), text.length));
    return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
  };
  return { from: at(from), to: at(Math.max(from, to)) };
}

/** Within the text, whatever a parser said: an editor cannot go elsewhere. */
function clamp({ line, column }: Place, lines: readonly string[]): Place {
  const known = Math.min(Math.max(line, 1), lines.length);
  const length = lines[known - 1]?.length ?? 0;
  return { line: known, column: line > known ? length + 1 : Math.min(Math.max(column, 1), length + 1) };
}

const isBefore = (left: Place, right: Place): boolean =>
  left.line < right.line || (left.line === right.line && left.column < right.column);

export interface Report {
  code: TeamConfigCode;
  file: string;
  at?: Stretch;
  message: string;
  fix?: string | null;
}

export interface Findings {
  add(report: Report): void;
  /** By file, place and weight. */
  sorted(): TeamConfigFinding[];
}

const rank = { error: 0, warning: 1, note: 2 } as const;

function compare(left: TeamConfigFinding, right: TeamConfigFinding): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return (
    left.line - right.line ||
    left.column - right.column ||
    rank[left.severity] - rank[right.severity] ||
    (left.code < right.code ? -1 : 1)
  );
}

/** Collects what there is to say. @param textOf the text of a file, so that every place lies within it */
export function openFindings(textOf: (file: string) => string | null): Findings {
  const found: TeamConfigFinding[] = [];
  const lines = new Map<string, string[]>();
  const linesOf = (file: string): string[] => {
    const known = lines.get(file) ?? (textOf(file) ?? '').split('\n');
    lines.set(file, known);
    return known;
  };
  return {
    add: ({ code, file, at = startOfFile, message, fix = null }) => {
      const from = clamp(at.from, linesOf(file));
      const end = clamp(at.to, linesOf(file));
      const to = isBefore(end, from) ? from : end;
      const { severity } = teamConfigCodes[code];
      const place = { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
      found.push({ code, severity, file, ...place, message, fix });
    },
    sorted: () => found.sort(compare),
  };
}
