import { Readable } from 'node:stream';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { Proof, PublicKeys } from '#contract/audit-chain.ts';
import { auditCalls, installationChain } from '#server/audit/index.ts';
import { isReeveError } from '#server/fail.ts';
import { Refused } from '#server/refused.ts';
import { findRunningServer } from '../control/ask-server.ts';
import { readSettings, withServices } from '../open-command.ts';
import { type ConnectionOptions, callReeve, download, readConnection, withConnection } from '../policies/connect.ts';

export interface SourceOptions extends ConnectionOptions {
  workspace?: string;
  installation?: boolean;
}

/** Where the log comes from: over the API with a key, or from the data folder of this machine. */
export const withSource = (command: Command): Command =>
  withConnection(command)
    .addOption(
      new Option('--workspace <id>', 'on the machine of the server: which log, where there are several').conflicts(
        'installation',
      ),
    )
    .option('--installation', 'on the machine of the server: the log of what belongs to no workspace');

export interface AuditSource {
  exportLog(write: (bytes: Readable) => Promise<void>): Promise<void>;
  prove(id: string): Promise<Proof>;
  publicKeys(): Promise<z.infer<typeof PublicKeys>>;
}

const scopes = 'audit.read';

async function overApi(options: SourceOptions, command: Command): Promise<AuditSource> {
  const connection = await readConnection(options, command, scopes);
  const api = callReeve(connection);
  return {
    exportLog: async (write) => write(await download(connection, '/audit/export')),
    prove: async (id) => Proof.parse(await api.audit.prove({ id })),
    publicKeys: async () => PublicKeys.parse(await api.audit.publicKeys()),
  };
}

function chooseChain(chains: readonly string[], { workspace, installation }: SourceOptions): string {
  if (installation) return installationChain;
  const workspaces = chains.filter((chain) => chain !== installationChain);
  if (workspace !== undefined) {
    if (workspaces.includes(workspace)) return workspace;
    throw new Refused(`There is no log of the workspace ${workspace}; there is: ${workspaces.join(', ') || 'none'}.`);
  }
  const [only, ...others] = workspaces;
  if (only !== undefined && others.length === 0) return only;
  throw new Refused(
    only === undefined
      ? 'There is no log of a workspace yet. --installation takes the one of the installation.'
      : `There are several logs. Choose one with --workspace: ${workspaces.join(', ')}.`,
  );
}

type Ask = (call: keyof ReturnType<typeof auditCalls>, input: object) => Promise<unknown>;

/** Calls what the server would do: the one that runs on the data folder, or nobody else but this command. */
export async function withLocalCalls<Result>(command: string, run: (ask: Ask) => Promise<Result>): Promise<Result> {
  const { config, log } = readSettings();
  const server = await findRunningServer(config.dataFolder);
  if (server)
    return run((call, input) =>
      call === 'audit-export' ? server.download(call, input) : server.ask(call, input, z.unknown()),
    );
  return withServices({ config, log, command }, ({ services }) => {
    const calls = auditCalls(services);
    return run(async (call, input) => {
      const result = await calls[call](input);
      return result instanceof ReadableStream ? Readable.fromWeb(result) : result;
    });
  });
}

const onThisMachine = (options: SourceOptions): AuditSource => {
  const chain = async (ask: Ask) => chooseChain(z.array(z.string()).parse(await ask('audit-chains', {})), options);
  return {
    exportLog: (write) =>
      withLocalCalls('reeve audit export', async (ask) =>
        write((await ask('audit-export', { chain: await chain(ask) })) as Readable),
      ),
    prove: (id) =>
      withLocalCalls('reeve audit prove', async (ask) => {
        try {
          return Proof.parse(await ask('audit-prove', { chain: await chain(ask), id }));
        } catch (cause) {
          if (!isReeveError(cause)) throw cause;
          throw new Refused(`There is no entry ${id} in this log.`, { cause });
        }
      }),
    publicKeys: () =>
      withLocalCalls('reeve audit public-key', async (ask) => PublicKeys.parse(await ask('audit-public-keys', {}))),
  };
};

/** With --reeve or REEVE_ORIGIN over the API, else on this machine. */
export const openSource = async (options: SourceOptions, command: Command): Promise<AuditSource> =>
  options.reeve ? overApi(options, command) : onThisMachine(options);
