import type { Diagnostic } from '#contract/policies.ts';

/** Something about a file of the folder, at an exact place. Lines and columns count from 1. */
export interface FolderProblem {
  file: string;
  line: number;
  column: number;
  severity: Diagnostic['severity'];
  message: string;
}

export const isError = ({ severity }: FolderProblem): boolean => severity === 'error';

export const problemAt = (file: string, message: string, { line, column } = { line: 1, column: 1 }): FolderProblem => ({
  file,
  line,
  column,
  severity: 'error',
  message,
});

export const problemFrom = (
  file: string,
  { severity, message, from }: Pick<Diagnostic, 'severity' | 'message' | 'from'>,
): FolderProblem => ({ file, severity, message, line: from.line, column: from.column });

const annotations = { error: 'error', warning: 'warning', info: 'notice' } as const;
const escapeData = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** `file:line:column severity message`, as editors and terminals link it. */
export const writeProblem = ({ file, line, column, severity, message }: FolderProblem): string =>
  `${file}:${line}:${column} ${severity} ${message.replaceAll(/\s*\n\s*/g, ' ')}`;

/** As GitHub Actions shows it beside the line: docs.github.com, workflow commands. */
export const writeAnnotation = ({ file, line, column, severity, message }: FolderProblem): string =>
  `::${annotations[severity]} file=${escapeProperty(file)},line=${line},col=${column}::${escapeData(message)}`;
