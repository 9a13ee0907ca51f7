import { Command } from 'commander';
import { diffFolder } from './compare-folder.ts';
import { type ConnectionOptions, connect, withConnection } from './connect.ts';
import { policyExitCodes } from './exit-codes.ts';
import { readCheckedFolder } from './read-checked-folder.ts';
import { githubOption, type ProblemOutput, say } from './terminal.ts';

interface DiffOptions extends ConnectionOptions, ProblemOutput {
  exitCode?: boolean;
}

async function diff(folder: string, options: DiffOptions, command: Command): Promise<void> {
  const { set, slugs } = await readCheckedFolder(folder, options);
  const published = await (await connect(options, command)).policies.set.read({});
  const patch = diffFolder(published, set, slugs);
  if (patch === '') return;
  say(patch.trimEnd());
  if (options.exitCode) process.exitCode = policyExitCodes.differs;
}

export const diffCommand = () =>
  withConnection(
    new Command('diff')
      .description('Line by line, from what is published to the folder')
      .argument('[folder]', 'the policies', 'policies')
      .option('--exit-code', 'end with 2 when something differs')
      .addOption(githubOption()),
  ).action(diff);
