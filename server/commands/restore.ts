import { Command } from 'commander';
import { restoreBackup } from '#server/backup/restore-backup.ts';
import { finishRestore } from '#server/backup/restore-journal.ts';
import { programName } from '#server/config.ts';
import { openDataFolder } from '#server/open-data-folder.ts';
import { readSettings } from './open-command.ts';

async function restore(file: string, { replace = false }: { replace?: boolean }): Promise<void> {
  const { config } = readSettings();
  const { dataFolder, masterKey } = config;
  const lock = await openDataFolder(config, 'reeve restore');
  try {
    await finishRestore(dataFolder);
    const engine = config.databaseUrl === null ? 'pglite' : 'postgres';
    const { manifest, aside } = await restoreBackup(file, { dataFolder, engine, replace, now: new Date() });
    const lines = [`Restored ${file} (Reeve ${manifest.version}, ${manifest.createdAt}) to ${dataFolder}.`];
    if (aside) lines.push(`What was there before is in ${aside}; delete it when all is well.`);
    if (!manifest.includesKeys && masterKey.from === 'file')
      lines.push(
        `The backup holds no keys: ${masterKey.path} must be the master key of that time, and tls/ the authority clients trust.`,
      );
    lines.push(`See that everything opens: ${programName()} doctor`);
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    await lock.release();
  }
}

export const restoreCommand = () =>
  new Command('restore')
    .description('Put a backup into the data folder; the server must be stopped')
    .argument('<file>', 'what "backup" wrote')
    .option('--replace', 'also when the data folder holds data; what is replaced is kept beside it')
    .action(restore);
