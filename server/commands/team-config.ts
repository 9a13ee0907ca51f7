import { Command } from 'commander';
import { checkCommand } from './team-config/check-repository.ts';
import { exitCodesText, teamConfigExitCodes } from './team-config/exit-codes.ts';

const commands = [checkCommand];

/** These run anywhere: they read no data folder and no setting of a server. */
export function teamConfigCommand(): Command {
  const teamConfig = new Command('team-config')
    .description('On any machine: what a repository brings for Codex (.codex, skills, AGENTS.md)')
    .addHelpText('after', exitCodesText);
  for (const make of commands)
    teamConfig.addCommand(
      make()
        .addHelpText('after', exitCodesText)
        .showHelpAfterError('(add --help for the options)')
        .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : teamConfigExitCodes.badUse)),
    );
  return teamConfig;
}
