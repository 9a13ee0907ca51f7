import { createInterface } from 'node:readline/promises';
import { Option } from 'commander';
import { type FolderProblem, isError, writeAnnotation, writeProblem } from './folder-problem.ts';

/** Names come from a directory and from other people: none of them moves the cursor or colours the terminal. */
const plain = (text: string): string => text.replaceAll(/[^\P{Cc}\n\r\t]/gu, '\uFFFD');

export const say = (...lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`${plain(line)}\n`);
};

export const sayJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

export interface ProblemOutput {
  github?: boolean;
}

export const githubOption = () =>
  new Option('--github', 'name problems as annotations too; by itself in GitHub Actions').env('GITHUB_ACTIONS');

/** On standard error, so that standard output stays what was asked for. */
export function tellProblems(problems: readonly FolderProblem[], { github = false }: ProblemOutput): void {
  for (const problem of problems) {
    process.stderr.write(`${plain(writeProblem(problem))}\n`);
    if (github && isError(problem)) process.stderr.write(`${plain(writeAnnotation(problem))}\n`);
  }
}

export const isInteractive = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

export async function confirm(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
  } finally {
    asking.close();
  }
}
