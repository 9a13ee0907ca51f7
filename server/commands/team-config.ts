import { Command } from 'commander';
import { checkCommand } from './team-config/check-repository.ts';
import { effectiveCommand } from './team-config/effective.ts';
import { exitCodesText, teamConfigExitCodes } from './team-config/exit-codes.ts';

/** These run anywhere: they read no data folder and no setting of a server. */
export function teamConfigCommand(): Command {
  const teamConfig = new Command('team-config')
    .description('On any machine: what a repository brings for Codex (.codex, skills, AGENTS.md), and what comes of it')
    .addHelpText('after', exitCodesText);
  const check = checkCommand().addHelpText('after', exitCodesText);
  for (const command of [check, effectiveCommand()])
    teamConfig.addCommand(
      command
        .showHelpAfterError('(add --help for the options)')
        .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : teamConfigExitCodes.badUse)),
    );
  return teamConfig;
}
