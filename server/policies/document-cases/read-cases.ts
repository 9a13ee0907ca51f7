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

/** Documents no client starts with. */
export const refusedCases = (): RefusedCase[] => casesOf('refused.txt');

/** Documents clients start with and then fail every session, or every `codex exec`. */
export const sessionFailureCases = (): RefusedCase[] => casesOf('sessions-fail.txt');

/** `config.toml` defaults no client starts with. */
export const refusedDefaults = (): RefusedCase[] => casesOf('defaults-refused.txt');

export const acceptedDefaults = (): string[] => linesOf('defaults-accepted.txt').map(documentOf);

/** A policy and a baseline that lock people out together. */
export const clashesWithBaseline = (): [policy: string, baseline: string][] =>
  linesOf('baseline-clashes.txt').map((row) => {
    const [policy, baseline] = row.split(' ~ ');
    if (policy === undefined || baseline === undefined) throw new Error(`not a pair: ${row}`);
    return [documentOf(policy), documentOf(baseline)];
  });

function casesOf(file: string): RefusedCase[] {
  return linesOf(file).map((row) => {
    const [, line, column, code, written] = /^(\d+):(\d+) (\S+) (.*)$/.exec(row) ?? [];
    if (code === undefined || written === undefined) throw new Error(`not a case: ${row}`);
    return { line: Number(line), column: Number(column), code, document: documentOf(written) };
  });
}
