import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { testedClients } from '#contract/tested-clients.ts';
import { ensureClient, isTestedClient } from '#server/stock-client/install-client.ts';
import { version } from '#server/version.ts';

/** What `reeve run` takes from the rest of the program: which clients there are, and how they are installed. */
export const runnerProgram = {
  version,
  clientFolder: async (wanted: string, folder: string): Promise<string> => {
    if (!isTestedClient(wanted))
      throw new Error(
        `This runner does not know version ${wanted} of the Codex client: use the version of Reeve itself.`,
      );
    return (await ensureClient(wanted, folder)).folder;
  },
  /** The client brings a newer one than most systems have; theirs may be allowed where that one is not. */
  bubblewraps: async (clientsFolder: string): Promise<string[]> => {
    const newest = testedClients[testedClients.length - 1] ?? testedClients[0];
    const client = await ensureClient(newest, clientsFolder);
    return [join(client.folder, 'codex-resources/bwrap'), '/usr/bin/bwrap'].filter((path) => existsSync(path));
  },
};
