import { Command } from 'commander';
import { isError } from './folder-problem.ts';
import { checkFolder } from './read-checked-folder.ts';
import { githubOption, type ProblemOutput, say, sayJson, tellProblems } from './terminal.ts';

async function validate(folder: string, { json, ...output }: ProblemOutput & { json?: boolean }): Promise<void> {
  const { problems, set } = await checkFolder(folder);
  const errors = problems.filter(isError).length;
  if (json) sayJson({ problems });
  else tellProblems(problems, output);
  if (errors > 0) process.exitCode = 1;
  else if (!json)
    say(
      `${folder}: ${set?.policies.length ?? 0} policies without errors, ${problems.length} remarks. Plan to run the tests and to check groups.`,
    );
}

export const validateCommand = () =>
  new Command('validate')
    .description('Check a folder without a server: file:line:column severity message; exit code 1 on errors')
    .argument('[folder]', 'the policies', 'policies')
    .option('--json', 'the problems as JSON')
    .addOption(githubOption())
    .action(validate);
