import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { sayJson } from '../policies/terminal.ts';
import { openSource, type SourceOptions, withLocalCalls, withSource } from './source.ts';

async function exportLog(file: string | undefined, options: SourceOptions, command: Command): Promise<void> {
  const source = await openSource(options, command);
  await source.exportLog(async (bytes) => {
    if (file === undefined) await pipeline(bytes, process.stdout, { end: false });
    else await pipeline(bytes, createWriteStream(file, { mode: 0o600 }));
  });
  if (file !== undefined) process.stderr.write(`Wrote ${file}.\n`);
}

export const exportCommand = () =>
  withSource(
    new Command('export')
      .description('Write the log with its chain, checkpoints and public keys, as lines of JSON')
      .argument('[file]', 'where to; without it, standard output'),
  ).action(exportLog);

async function printPublicKeys(options: SourceOptions, command: Command): Promise<void> {
  const source = await openSource(options, command);
  sayJson(await source.publicKeys());
}

export const publicKeyCommand = () =>
  withSource(
    new Command('public-key').description('Print the keys that sign checkpoints, present and former, as a JWK set'),
  ).action(printPublicKeys);

const Rotated = z.object({ kid: z.string(), former: z.string() });

export const rotateKeyCommand = () =>
  new Command('rotate-key')
    .description('On the machine of the server: sign checkpoints with a new key from now on')
    .action(async () => {
      const { kid, former } = Rotated.parse(
        await withLocalCalls('reeve audit rotate-key', (ask) => ask('audit-rotate-key', {})),
      );
      process.stdout.write(
        `New key ${kid} signs checkpoints. The former one, ${former}, vouches for it and stays for what it signed; the change is in the log of the installation.\n`,
      );
    });
