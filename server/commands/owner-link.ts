import { Command } from 'commander';
import { createOwnerLink } from '#server/directory/index.ts';
import { findRunningServer } from './control/ask-server.ts';
import { NewOwnerLink } from './control/control-calls.ts';
import { readSettings, withServices } from './open-command.ts';

async function ownerLink(): Promise<void> {
  const { config, log } = readSettings();
  const server = await findRunningServer(config.dataFolder);
  const made = server
    ? await server.ask('owner-link', {}, NewOwnerLink)
    : await withServices({ config, log, command: 'reeve owner-link' }, ({ services }) =>
        createOwnerLink(services, { madeBy: 'reeve owner-link' }),
      );
  const until = new Date(made.expiresAt).toISOString().slice(0, 16).replace('T', ' ');
  process.stdout.write(
    `${made.url}\n\nWhoever opens it becomes an owner, or sets a new password for one. It works once, until ${until} UTC; links made before no longer work.\n`,
  );
  if (!server) process.stdout.write('Start the server to use it: no server runs on this data folder.\n');
}

export const ownerLinkCommand = () =>
  new Command('owner-link')
    .description('Make a single-use link for an owner: the first one, or one who lost the password')
    .action(ownerLink);
