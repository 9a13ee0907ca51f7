import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { clientPins, findClient } from '#server/stock-client/install-client.ts';
import { startTestReeve } from '#testing/start-reeve.ts';
import { seedWorkspace } from '#testing/test-services.ts';
import { checkList } from './check-list.ts';
import { readChecks, runEachCheck } from './run-checks.ts';

test('a client that is installed is started, and one that is damaged is told', async () => {
  const reeve = await startTestReeve();
  const folder = await mkdtemp(join(tmpdir(), 'reeve-clients-'));
  try {
    const { workspaceId } = await seedWorkspace(reeve.services.db);
    const check = checkList.find(({ id }) => id === 'proof-clients');
    const look = async (clientsFolder: string) => {
      const services = { ...reeve.services, config: { ...reeve.services.config, clientsFolder } };
      await runEachCheck(services, workspaceId, check ? [check] : []);
      return (await readChecks(services, workspaceId)).items.find(({ id }) => id === 'proof-clients');
    };
    expect(await look(clientPins)).toMatchObject({
      state: 'ok',
      evidence: expect.stringContaining('codex-cli 0.169.0'),
    });

    const client = findClient('0.169.0');
    if (!client) throw new Error('0.169.0 is not installed');
    const program = join(client.folder, client.executable);
    const inside = relative(clientPins, program);
    const isOther = (from: string) => from !== program;
    await cp(join(clientPins, '0.169.0'), join(folder, '0.169.0'), { recursive: true, filter: isOther });
    await writeFile(join(folder, inside), 'no program\n', { mode: 0o755 });
    expect(await look(folder)).toMatchObject({ state: 'problem', evidence: expect.stringContaining('does not start') });
  } finally {
    await reeve.close();
    await rm(folder, { recursive: true, force: true });
  }
});
