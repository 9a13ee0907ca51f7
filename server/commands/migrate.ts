import { Command } from 'commander';
import { findRunningServer } from './control/ask-server.ts';
import { Status } from './control/control-calls.ts';
import { readSettings, withServices } from './open-command.ts';

async function migrate(): Promise<void> {
  const { config, log } = readSettings();
  const server = config.databaseUrl === null ? await findRunningServer(config.dataFolder) : null;
  if (server) {
    const { pid, version } = await server.ask('status', {}, Status);
    process.stdout.write(
      `Nothing to do: the server that runs (process ${pid}, Reeve ${version}) brought its database up to date when it started.\n`,
    );
    return;
  }
  const applied = await withServices({ config, log, command: 'reeve migrate' }, async (parts) => parts.applied);
  const text = applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`;
  process.stdout.write(`${text}\n`);
}

export const migrateCommand = () =>
  new Command('migrate')
    .description('Bring the database schema up to date; "serve" does this by itself at its start')
    .action(migrate);
