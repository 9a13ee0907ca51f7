import type { Command } from 'commander';
import { withConnection } from './policies/connect.ts';
import { clientsCommand, installCommand } from './prove/clients.ts';
import { proveExitCodesText } from './prove/exit-codes.ts';
import { ProveCommand } from './prove/prove-command.ts';
import { proveAction, withProveOptions } from './prove/run-proof.ts';

/** Runs anywhere, over the HTTP API with a key. The stock client runs on the server. */
export function proveCommand(): Command {
  const prove = withProveOptions(
    withConnection(
      new ProveCommand('prove').description(
        'On any machine, with an API key: bring stock clients to break policies, and see that they are kept',
      ),
    ),
  )
    .addHelpText('after', proveExitCodesText)
    .action(proveAction);
  for (const make of [installCommand, clientsCommand])
    prove.addCommand(make().addHelpText('after', proveExitCodesText));
  return prove;
}
