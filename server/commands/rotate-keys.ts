import { Command } from 'commander';
import { rotateKeys } from '#server/rotate-keys.ts';
import { findRunningServer } from './control/ask-server.ts';
import { RotationDone } from './control/control-calls.ts';
import { readSettings, withServices } from './open-command.ts';

async function rotate({ dropFormer = false }: { dropFormer?: boolean }): Promise<void> {
  const { config, log } = readSettings();
  const server = await findRunningServer(config.dataFolder);
  const done = server
    ? await server.ask('rotate-keys', { dropFormer }, RotationDone)
    : await withServices({ config, log, command: 'reeve rotate-keys' }, ({ services, keys }) =>
        rotateKeys(services, keys, { dropFormer }),
      );
  process.stdout.write(
    [
      `New master key ${done.masterKey}; ${done.resealed} stored secrets are sealed with it.`,
      `New signing key ${done.signingKey} for the tokens of clients; the former one verifies until the last token signed with it has expired.`,
      done.next,
      '',
    ].join('\n'),
  );
}

export const rotateKeysCommand = () =>
  new Command('rotate-keys')
    .description('Make new keys and seal every stored secret again; safe to interrupt and to repeat')
    .option('--drop-former', 'take the former master key away at once, because it has leaked')
    .action(rotate);
