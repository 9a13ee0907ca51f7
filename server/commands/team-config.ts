import { Command } from 'commander';
import { effectiveCommand } from './team-config/effective.ts';

const commands = [effectiveCommand];

/** On a developer's machine or in a pipeline: what `.codex/` says and what comes of it. */
export function teamConfigCommand(): Command {
  const teamConfig = new Command('team-config').description(
    'On any machine: what the files of Codex say here, and what comes of it under the policy',
  );
  for (const make of commands) teamConfig.addCommand(make().showHelpAfterError('(add --help for the options)'));
  return teamConfig;
}
