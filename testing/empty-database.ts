import pg from 'pg';
import { newId } from '#server/crypto/ids.ts';
import { migrate } from '#server/db/migrate.ts';
import { type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import { migratedSnapshot, schemaFingerprint } from './migrated-snapshot.ts';

/** Migrated once per server and schema, whoever comes first; copying it takes a fifth of migrating anew. */
async function postgresTemplate(client: pg.Client, serverUrl: string): Promise<string> {
  const name = `reeve_template_${await schemaFingerprint()}`;
  await client.query('select pg_advisory_lock(hashtext($1))', [name]);
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1 and datistemplate', [name]);
    if (rowCount === 1) return name;
    await client.query(`drop database if exists ${name}`);
    await client.query(`create database ${name}`);
    const opened = await openDatabase({ url: urlOf(serverUrl, name), dataFolder: 'memory' });
    await migrate(opened.db);
    await opened.close();
    await client.query(`alter database ${name} is_template true`);
    return name;
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1))', [name]);
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function emptyPostgres(serverUrl: string): Promise<OpenDatabase> {
  const name = newId('test');
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`create database ${name} template ${await postgresTemplate(client, serverUrl)}`);
  await client.end();
  return openDatabase({ url: urlOf(serverUrl, name), dataFolder: 'memory' });
}

/** A migrated, empty database of its own: PGlite in memory, or PostgreSQL when REEVE_TEST_DATABASE_URL names a server. */
export async function openEmptyDatabase(): Promise<OpenDatabase> {
  const serverUrl = process.env.REEVE_TEST_DATABASE_URL;
  if (serverUrl) return emptyPostgres(serverUrl);
  return openDatabase({ url: null, dataFolder: 'memory', snapshot: await migratedSnapshot() });
}
