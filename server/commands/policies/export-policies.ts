import { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from './connect.ts';
import { loadFolder } from './load-folder.ts';
import { saveFolder } from './save-folder.ts';
import { say } from './terminal.ts';
import { folderFiles } from './write-folder.ts';

interface ExportOptions extends ConnectionOptions {
  force?: boolean;
}

/** File names of a folder that is replaced stay, so that its history shows what changed and not what moved. */
const slugsIn = async (folder: string): Promise<ReadonlyMap<string, string>> =>
  loadFolder(folder).then(
    ({ slugs }) => slugs,
    () => new Map(),
  );

async function exportPolicies(folder: string, options: ExportOptions, command: Command): Promise<void> {
  const api = await connect(options, command);
  const { release, managedBy: _owner, ...set } = await api.policies.set.read({});
  const files = folderFiles(set, { slugs: await slugsIn(folder) });
  await saveFolder(folder, files, { overwrites: options.force === true });
  say(`Wrote ${files.size} files to ${folder}: ${set.policies.length} policies, state ${release}.`);
}

export const exportCommand = () =>
  withConnection(
    new Command('export')
      .description('Write everything that is published into a folder')
      .argument('[folder]', 'where to', 'policies')
      .option('--force', 'replace the policies of a folder that is there; other files in it stay'),
  ).action(exportPolicies);
