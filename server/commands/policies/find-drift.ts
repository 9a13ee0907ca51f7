import { Command } from 'commander';
import { connect, withConnection } from './connect.ts';
import { policyExitCodes } from './exit-codes.ts';
import { type PlanOptions, tellPlan } from './plan-folder.ts';
import { readCheckedFolder } from './read-checked-folder.ts';
import { githubOption } from './terminal.ts';

async function drift(folder: string, options: PlanOptions, command: Command): Promise<void> {
  const read = await readCheckedFolder(folder, options);
  const { isEmpty } = await tellPlan(await connect(options, command), folder, read, options);
  if (!isEmpty) process.exitCode = policyExitCodes.drift;
}

export const driftCommand = () =>
  withConnection(
    new Command('drift')
      .description('Whether what is published is still what the folder says; ends with 3 when it is not')
      .argument('[folder]', 'the policies', 'policies')
      .option('--json', 'the difference as JSON, as a plan')
      .addOption(githubOption()),
  ).action(drift);
