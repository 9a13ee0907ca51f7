import { Command } from 'commander';
import { exitCodes } from '#server/refused.ts';
import { withConnection } from './policies/connect.ts';
import { clientsCommand, installCommand } from './prove/clients.ts';
import { proveExitCodesText } from './prove/exit-codes.ts';
import { proveAction, withProveOptions } from './prove/run-proof.ts';

/** Commander ends with 1 for a wrong option, which here would say that a constraint was broken. */
const withOwnExitCode = (command: Command): Command =>
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitCodes.badConfig));

/** Runs anywhere, over the HTTP API with a key. The stock client runs on the server. */
export function proveCommand(): Command {
  const prove = withProveOptions(
    withConnection(
      new Command('prove').description(
        'On any machine, with an API key: bring stock clients to break policies, and see that they are kept',
      ),
    ),
  )
    .addHelpText('after', proveExitCodesText)
    .action(proveAction);
  for (const make of [installCommand, clientsCommand])
    prove.addCommand(withOwnExitCode(make().addHelpText('after', proveExitCodesText)));
  return withOwnExitCode(prove);
}
