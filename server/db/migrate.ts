import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Database } from './open-database.ts';

const folder = join(import.meta.dirname, 'migrations');

/** PGlite's extended protocol takes one statement at a time; our files hold plain DDL, so `;` at a line's end separates them. */
const statementsOf = (text: string): string[] =>
  text
    .split(/;[ \t]*$/m)
    .map((statement) => statement.replace(/^\s*--.*$/gm, '').trim())
    .filter((statement) => statement !== '');

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const entries = await Promise.all(
    files.map(async (file): Promise<[string, Migration]> => {
      const statements = statementsOf(await readFile(join(folder, file), 'utf8'));
      const up = async (db: Kysely<unknown>) => {
        for (const statement of statements) await sql.raw(statement).execute(db);
      };
      return [file.replace(/\.sql$/, ''), { up }];
    }),
  );
  return Object.fromEntries(entries);
}

export const openMigrator = (db: Database): Migrator =>
  new Migrator({ db, provider: { getMigrations: readMigrations } });

/** Brings the schema up to date, forward only. Returns the names that were applied now. */
export async function migrate(db: Database): Promise<string[]> {
  const { error, results = [] } = await openMigrator(db).migrateToLatest();
  if (error) {
    const failed = results.find((result) => result.status === 'Error')?.migrationName ?? 'before the first';
    throw new Error(`migration ${failed} failed; nothing of it was applied`, { cause: error });
  }
  return results.filter((result) => result.status === 'Success').map((result) => result.migrationName);
}

/** Migrations the database lacks, and those it has that this version does not know. Changes nothing. */
export async function pendingMigrations(db: Database): Promise<{ pending: string[]; unknown: string[] }> {
  const known = Object.keys(await readMigrations());
  const { rows: tables } = await sql<{
    name: string | null;
  }>`select to_regclass('kysely_migration')::text as name`.execute(db);
  const { rows } = tables[0]?.name
    ? await sql<{ name: string }>`select name from kysely_migration`.execute(db)
    : { rows: [] };
  const applied = rows.map(({ name }) => name);
  return {
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}
