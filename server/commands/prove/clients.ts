import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { Refused } from '#server/refused.ts';
import { type ConnectionOptions, withConnection } from '../policies/connect.ts';
import { say, sayJson } from '../policies/terminal.ts';
import { connectProver, endedAsProof } from './connect-prover.ts';
import { proveExitCodes } from './exit-codes.ts';
import { ProveCommand } from './prove-command.ts';

// Commander gives an option that `prove` knows too to `prove`, wherever it stands; hence the options of both.
const lookEveryMs = 2_000;

async function install(version: string, options: ConnectionOptions, command: Command): Promise<void> {
  const { api } = await connectProver(options, command);
  let { client } = await api.proofs.installClient({ version });
  if (client.state === 'installing') process.stderr.write(`Codex ${version} is being fetched (300 to 400 MB).\n`);
  while (client.state === 'installing') {
    await wait(lookEveryMs);
    const { items } = await api.proofs.clients({});
    client = items.find((one) => one.version === version) ?? client;
  }
  if (client.state !== 'installed')
    throw new Refused(`Codex ${version} could not be installed. ${client.error ?? ''}`.trimEnd(), {
      exitCode: proveExitCodes.failed,
    });
  say(`Codex ${version} is installed on the server.`);
}

export const installCommand = () =>
  withConnection(
    new ProveCommand('install')
      .description('Fetch a pinned stock client from npm onto the server')
      .argument('<version>', 'for example 0.169.0'),
  ).action((version: string, _own: unknown, command: Command) =>
    endedAsProof(() => install(version, command.optsWithGlobals(), command.parent ?? command)),
  );

async function listClients(options: ConnectionOptions & { format: string }, command: Command): Promise<void> {
  const { api } = await connectProver(options, command);
  const { items, cannotRun } = await api.proofs.clients({});
  if (options.format === 'json') return sayJson({ items, cannotRun });
  for (const { version, state, error } of items) say(`${version}  ${state}${error === null ? '' : `  ${error}`}`);
  if (cannotRun !== null) say('', cannotRun);
}

export const clientsCommand = () =>
  withConnection(
    new ProveCommand('clients')
      .description('The pinned stock clients, and which are installed on the server')
      .option('--format <format>', 'human or json', 'human'),
  ).action((_own: unknown, command: Command) =>
    endedAsProof(() => listClients(command.optsWithGlobals(), command.parent ?? command)),
  );
