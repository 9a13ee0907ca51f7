import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { readConfig } from '#server/config.ts';
import { openLiveKeys } from '#server/crypto/live-keys.ts';
import { findUnreadableSecrets, listSealedSecrets, sealedColumns } from '#server/sealed-columns.ts';
import { openMigratedDatabase } from '#server/start.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { type Installation, openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';

const keyFileOf = ({ dataFolder }: Installation) => join(dataFolder, 'keys', 'master.key');
const keysIn = async (reeve: Installation) =>
  (await readFile(keyFileOf(reeve), 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** Opens the data of an installation that is stopped, as the program would. */
async function withData<Result>(
  { dataFolder }: Installation,
  look: (
    data: Awaited<ReturnType<typeof openMigratedDatabase>>['opened'] & Awaited<ReturnType<typeof openLiveKeys>>,
  ) => Promise<Result>,
): Promise<Result> {
  const config = readConfig({ REEVE_DATA: dataFolder });
  const { opened } = await openMigratedDatabase(config);
  try {
    return await look({ ...opened, ...(await openLiveKeys(config.masterKey)) });
  } finally {
    await opened.close();
  }
}

async function stoppedWithSecrets(count: number): Promise<Installation> {
  const reeve = await openInstallation();
  const server = await reeve.serve();
  const { workspaceId, owner } = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  await owner.api.models.setUpstream({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-of-the-upstream' });
  server.kill('SIGTERM');
  await server.exit;
  await withData(reeve, async ({ db, secrets }) => {
    const rows = Array.from({ length: count }, async (_, index) => {
      const name = `extra-${index}`;
      const sealed = await secrets.seal(`secret ${index}`, `secrets/${workspaceId}/${name}`);
      return { workspace_id: workspaceId, name, sealed, hint: '', updated_at: new Date() };
    });
    await db
      .insertInto('secrets')
      .values(await Promise.all(rows))
      .execute();
  });
  return reeve;
}

test('every sealed column of the schema is known', async () => {
  const reeve = await openInstallation();
  await reeve.run(['migrate']);
  const found = await withData(reeve, async ({ db }) => {
    const { rows } = await sql<{ name: string }>`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and column_name like 'sealed%' order by 1`.execute(db);
    return rows.map(({ name }) => name);
  });
  expect(sealedColumns.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(found);
});

test('a rotation killed in the middle opens everything, and goes on when it is repeated', async () => {
  let reeve: Installation;
  let formerKey: string;
  let left: number;
  do {
    reeve = await stoppedWithSecrets(2000);
    [formerKey = ''] = await keysIn(reeve);
    const killed = reeve.start(['rotate-keys']);
    while ((await keysIn(reeve)).length < 2 && killed.running) await setTimeout(2);
    killed.kill('SIGKILL');
    const { signal, exitCode } = await killed.exit;
    left = await withData(reeve, async ({ db, secrets }) => {
      expect((await findUnreadableSecrets(db, secrets)).unreadable).toEqual([]);
      return (await listSealedSecrets(db)).filter(({ sealed }) => secrets.needsReseal(sealed)).length;
    });
    // It can be quicker than the kill, which then was in no middle; it has done all of it then.
    if (signal !== 'SIGKILL') expect({ exitCode, left }).toEqual({ exitCode: 0, left: 0 });
  } while (left === 0);

  const again = await reeve.run(['rotate-keys', '--drop-former']);
  expect(again.stderr).toBe('');
  expect(again.exitCode).toBe(0);
  const keys = await keysIn(reeve);
  expect(keys).toHaveLength(1);
  expect(keys[0]).not.toContain(formerKey);
  await withData(reeve, async ({ db, secrets }) => {
    const all = await listSealedSecrets(db);
    expect(all.length).toBeGreaterThan(2000);
    expect(all.filter(({ sealed }) => secrets.needsReseal(sealed))).toEqual([]);
    for (const { context, sealed, key } of all)
      if (key[1]?.startsWith('extra-')) expect(await secrets.open(sealed, context)).toBe(`secret ${key[1].slice(6)}`);
    const events = await db.selectFrom('audit_events').select('event').where('event', '=', 'keys.rotated').execute();
    expect(events.length).toBeGreaterThan(0);
  });
});

test('a running server rotates without a restart and keeps the former key for what clients hold', async () => {
  const reeve = await openInstallation();
  const server = await reeve.serve();
  const { owner } = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  await owner.api.models.setUpstream({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-before' });
  const rotated = await reeve.run(['rotate-keys']);
  expect(rotated.exitCode).toBe(0);
  expect(rotated.stdout).toContain('stays in');
  expect(await keysIn(reeve)).toHaveLength(2);
  expect(rotated.stdout + server.stdout + server.stderr).not.toContain((await keysIn(reeve))[0]);
  const doctor = await reeve.run(['doctor']);
  expect(doctor.stdout).toMatch(/ok +secrets +all \d+ open/);
  await owner.api.models.setUpstream({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-after' });
  server.kill('SIGTERM');
  await server.exit;
  await reeve.serve();
});
