import { readFileSync } from 'node:fs';

export interface RefusedCase {
  line: number;
  column: number;
  code: string;
  document: string;
}

const documentOf = (written: string): string => `${written.replaceAll('\\n', '\n')}\n`;

function linesOf(file: string): string[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

export const acceptedDocuments = (): string[] => linesOf('accepted.txt').map(documentOf);

export function refusedCases(): RefusedCase[] {
  return linesOf('refused.txt').map((row) => {
    const [, line, column, code, written] = /^(\d+):(\d+) (\S+) (.*)$/.exec(row) ?? [];
    if (code === undefined || written === undefined) throw new Error(`not a case: ${row}`);
    return { line: Number(line), column: Number(column), code, document: documentOf(written) };
  });
}
