import { type TeamConfigCode, teamConfigCodes } from '#contract/team-config-codes.ts';
import type { TeamConfigFinding } from '#contract/team-config-files.ts';
import { closestName } from '#server/policies/index.ts';

export interface Place {
  line: number;
  column: number;
}

export interface Stretch {
  from: Place;
  to: Place;
}

export const startOfFile: Stretch = { from: { line: 1, column: 1 }, to: { line: 1, column: 1 } };

/** A file is looked through once, however much there is to say about it. */
let indexed = { text: '', starts: [0] };

function lineStarts(text: string): readonly number[] {
  if (indexed.text === text) return indexed.starts;
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  indexed = { text, starts };
  return starts;
}

/** How many lines begin at or before an offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where offsets of a text stand: lines end with a line feed, columns count UTF-16 units. */
export function stretchOf(text: string, from: number, to: number = from): Stretch {
  const starts = lineStarts(text);
  const at = (offset: number): Place => {
    const known = Math.min(Math.max(offset, 0), text.length);
    const line = lineAt(starts, known);
    return { line, column: known - (starts[line - 1] ?? 0) + 1 };
  };
  return { from: at(from), to: at(Math.max(from, to)) };
}

/** A whole line, without blanks at its end. */
export function stretchOfLine(text: string, line: number): Stretch {
  const starts = lineStarts(text);
  const start = starts[line - 1] ?? text.length;
  const written = text.slice(start, starts[line] ?? text.length);
  return stretchOf(text, start, start + written.trimEnd().length);
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
  /** The name that was probably meant; null as well when there are too many such findings for this one to be told. */
  closest(code: TeamConfigCode, written: string, names: readonly string[]): string | null;
  /** By file, place and weight. */
  sorted(): TeamConfigFinding[];
}

/** Of each severity, so that many notes never hide an error. Nobody reads more, and a response has to end. */
export const mostFindings = 1000;

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

type Severity = TeamConfigFinding['severity'];

/** @param file the first one with something that was not told */
function leftOut(severity: Severity, file: string, count: number): TeamConfigFinding {
  const code = 'too-many-findings';
  const message = `There are ${count} findings of the kind “${severity}”; only ${mostFindings} are told. More stand from this file on.`;
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return {
    code,
    severity: teamConfigCodes[code].severity,
    file,
    ...place,
    message,
    fix: 'Correct these, and check again.',
  };
}

/** Collects what there is to say. @param textOf the text of a file, so that every place lies within it */
export function openFindings(textOf: (file: string) => string | null): Findings {
  const found: TeamConfigFinding[] = [];
  const firstLeftOut = new Map<Severity, string>();
  const counts = { error: 0, warning: 0, note: 0 };
  const lines = new Map<string, string[]>();
  const linesOf = (file: string): string[] => {
    const known = lines.get(file) ?? (textOf(file) ?? '').split('\n');
    lines.set(file, known);
    return known;
  };
  return {
    add: ({ code, file, at = startOfFile, message, fix = null }) => {
      const { severity } = teamConfigCodes[code];
      counts[severity] += 1;
      if (counts[severity] > mostFindings) {
        if (!firstLeftOut.has(severity)) firstLeftOut.set(severity, file);
        return;
      }
      const from = clamp(at.from, linesOf(file));
      const end = clamp(at.to, linesOf(file));
      const to = isBefore(end, from) ? from : end;
      const place = { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
      found.push({ code, severity, file, ...place, message, fix });
    },
    closest: (code, written, names) =>
      counts[teamConfigCodes[code].severity] < mostFindings ? closestName(written, names) : null,
    sorted: () => {
      const cut = [...firstLeftOut].map(([severity, file]) => leftOut(severity, file, counts[severity]));
      return [...found, ...cut].sort(compare);
    },
  };
}
