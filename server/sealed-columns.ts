import { sql } from 'kysely';
import type { SecretBox } from './crypto/secret-box.ts';
import type { Database } from './db/open-database.ts';

interface SealedColumn {
  table: string;
  column: string;
  /** The primary key, in the order in which `contextOf` takes it. */
  key: readonly string[];
  /** What the feature seals it with; must equal what it opens it with. */
  contextOf(key: readonly string[]): string;
}

/** Every column that holds a sealed secret. A test compares the list with the schema. */
export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'secrets',
    column: 'sealed',
    key: ['workspace_id', 'name'],
    contextOf: ([workspaceId, name]) => `secrets/${workspaceId}/${name}`,
  },
  {
    table: 'signing_keys',
    column: 'sealed_private_jwk',
    key: ['kid'],
    contextOf: ([kid]) => `signing_keys/${kid}/private_jwk`,
  },
  {
    table: 'totp_secrets',
    column: 'sealed_secret',
    key: ['id'],
    contextOf: ([id]) => `totp_secrets/${id}/secret`,
  },
  {
    table: 'sso_connections',
    column: 'sealed_client_secret',
    key: ['id'],
    contextOf: ([id]) => `sso_connections/${id}/client_secret`,
  },
  {
    table: 'sso_connections',
    column: 'sealed_signing_keys',
    key: ['id'],
    contextOf: ([id]) => `sso_connections/${id}/signing_keys`,
  },
  {
    table: 'sessions',
    column: 'sealed_sso_logout_hint',
    key: ['id'],
    contextOf: ([id]) => `sessions/${id}/sso_logout_hint`,
  },
  {
    table: 'compliance_destinations',
    column: 'sealed_secret',
    key: ['id'],
    contextOf: ([id]) => `compliance_destinations/${id}/secret`,
  },
];

export interface SealedSecret {
  table: string;
  column: string;
  key: readonly string[];
  keyColumns: readonly string[];
  context: string;
  sealed: string;
}

export async function listSealedSecrets(db: Database): Promise<SealedSecret[]> {
  const found = await Promise.all(
    sealedColumns.map(async ({ table, column, key: keyColumns, contextOf }) => {
      const columns = keyColumns.map((name) => sql.ref(name));
      const { rows } = await sql<{ key: string[]; sealed: string }>`
        select array[${sql.join(columns)}]::text[] as key, ${sql.ref(column)} as sealed
        from ${sql.table(table)} where ${sql.ref(column)} is not null`.execute(db);
      return rows.map(({ key, sealed }) => ({ table, column, key, keyColumns, context: contextOf(key), sealed }));
    }),
  );
  return found.flat();
}

export interface UnreadableSecret {
  context: string;
  problem: string;
}

/** Secrets that the present master keys do not open. */
export async function findUnreadableSecrets(
  db: Database,
  secrets: SecretBox,
): Promise<{ total: number; unreadable: UnreadableSecret[] }> {
  const all = await listSealedSecrets(db);
  const problems = await Promise.all(
    all.map(({ context, sealed }) =>
      secrets.open(sealed, context).then(
        () => null,
        (error: Error) => ({ context, problem: error.message }),
      ),
    ),
  );
  return { total: all.length, unreadable: problems.filter((problem) => problem !== null) };
}

/**
 * Seals with the current key what an older one sealed. Each row changes by itself and only if nobody changed it meanwhile, so it can
 * be ended at any point and started again.
 * @returns how many were sealed again
 */
export async function resealSecrets(db: Database, secrets: SecretBox): Promise<number> {
  const old = (await listSealedSecrets(db)).filter(({ sealed }) => secrets.needsReseal(sealed));
  for (const { table, column, key, keyColumns, context, sealed } of old) {
    const again = await secrets.seal(await secrets.open(sealed, context), context);
    const isRow = keyColumns.map((name, index) => sql`${sql.ref(name)} = ${key[index]}`);
    await sql`
      update ${sql.table(table)} set ${sql.ref(column)} = ${again}
      where ${sql.join(isRow, sql` and `)} and ${sql.ref(column)} = ${sealed}`.execute(db);
  }
  return old.length;
}
