import { Command } from 'commander';
import { applyCommand } from './policies/apply-folder.ts';
import { diffCommand } from './policies/diff-folder.ts';
import { exitCodesText } from './policies/exit-codes.ts';
import { exportCommand } from './policies/export-policies.ts';
import { driftCommand } from './policies/find-drift.ts';
import { lookUpCommand } from './policies/look-up.ts';
import { planCommand } from './policies/plan-folder.ts';
import { validateCommand } from './policies/validate-folder.ts';

const commands = [exportCommand, validateCommand, planCommand, applyCommand, diffCommand, driftCommand, lookUpCommand];

/** These run anywhere, over the HTTP API with a key: they read no data folder and no setting of a server. */
export function policiesCommand(): Command {
  const policies = new Command('policies')
    .description('On any machine, with an API key: policies as a folder of files, for a repository and its checks')
    .addHelpText('after', exitCodesText);
  for (const make of commands)
    policies.addCommand(make().addHelpText('after', exitCodesText).showHelpAfterError('(add --help for the options)'));
  return policies;
}
