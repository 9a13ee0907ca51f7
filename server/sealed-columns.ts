import { sql } from 'kysely';
import { keyContext } from './blobs/open-blobs.ts';
import type { SecretBox } from './crypto/secret-box.ts';
import type { Database } from './db/open-database.ts';

interface SealedColumn {
  table: string;
  column: string;
  /** The primary key, in the order in which `contextOf` takes it. */
  key: readonly string[];
  /** What the feature seals it with; must equal what it opens it with. */
  contextOf(key: readonly string[]): string;
  /** A row for each file or event: a check looks at some from both ends, because all would take a start minutes. */
  hasManyRows?: true;
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
    table: 'audit_keys',
    column: 'sealed_private_jwk',
    key: ['kid'],
    contextOf: ([kid]) => `audit_keys/${kid}/private_jwk`,
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
    table: 'activity_content',
    column: 'sealed',
    key: ['workspace_id', 'event_id'],
    contextOf: ([workspaceId, eventId]) => `activity_content/${workspaceId}/${eventId}`,
    hasManyRows: true,
  },
  {
    table: 'git_connections',
    column: 'sealed_private_key',
    key: ['id'],
    contextOf: ([id]) => `git_connections/${id}/private_key`,
  },
  {
    table: 'git_connections',
    column: 'sealed_client_secret',
    key: ['id'],
    contextOf: ([id]) => `git_connections/${id}/client_secret`,
  },
  {
    table: 'git_connections',
    column: 'sealed_webhook_secret',
    key: ['id'],
    contextOf: ([id]) => `git_connections/${id}/webhook_secret`,
  },
  {
    table: 'git_connections',
    column: 'sealed_former_webhook_secret',
    key: ['id'],
    contextOf: ([id]) => `git_connections/${id}/former_webhook_secret`,
  },
  {
    table: 'git_connections',
    column: 'sealed_token',
    key: ['id'],
    contextOf: ([id]) => `git_connections/${id}/token`,
  },
  {
    table: 'cloud_environment_secrets',
    column: 'sealed',
    key: ['environment_id', 'name'],
    contextOf: ([environmentId, name]) => `cloud_environment_secrets/${environmentId}/${name}`,
  },
  {
    table: 'cloud_tasks',
    column: 'sealed_title',
    key: ['id'],
    contextOf: ([id]) => `cloud_tasks/${id}/title`,
    hasManyRows: true,
  },
  {
    table: 'cloud_turns',
    column: 'sealed_prompt',
    key: ['task_id', 'number'],
    contextOf: ([taskId, number]) => `cloud_turns/${taskId}/${number}/prompt`,
    hasManyRows: true,
  },
  {
    table: 'cloud_attempts',
    column: 'sealed_answer',
    key: ['id'],
    contextOf: ([id]) => `cloud_attempts/${id}/answer`,
    hasManyRows: true,
  },
  {
    table: 'cloud_log',
    column: 'sealed_text',
    key: ['attempt_id', 'seq'],
    contextOf: ([attemptId, seq]) => `cloud_log/${attemptId}/${seq}`,
    hasManyRows: true,
  },
  {
    table: 'cloud_comments',
    column: 'sealed_text',
    key: ['id'],
    contextOf: ([id]) => `cloud_comments/${id}/text`,
  },
  {
    table: 'compliance_destinations',
    column: 'sealed_secret',
    key: ['id'],
    contextOf: ([id]) => `compliance_destinations/${id}/secret`,
  },
  {
    table: 'blobs',
    column: 'sealed_key',
    key: ['name'],
    contextOf: ([name]) => keyContext(name ?? ''),
    hasManyRows: true,
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

interface PageOptions {
  after: readonly string[] | null;
  /** Null: all. */
  limit: number | null;
  order: 'asc' | 'desc';
}

async function readPage(
  db: Database,
  { table, column, key: keyColumns, contextOf }: SealedColumn,
  { after, limit, order }: PageOptions,
): Promise<SealedSecret[]> {
  const columns = keyColumns.map((name) => sql.ref(name));
  const isAfter = after === null ? sql`true` : sql`(${sql.join(columns)}) > (${sql.join(after)})`;
  const ordered = columns.map((name) => (order === 'asc' ? sql`${name}` : sql`${name} desc`));
  const { rows } = await sql<{ key: string[]; sealed: string }>`
    select array[${sql.join(columns)}]::text[] as key, ${sql.ref(column)} as sealed
    from ${sql.table(table)} where ${sql.ref(column)} is not null and ${isAfter}
    order by ${sql.join(ordered)} limit ${limit}`.execute(db);
  return rows.map(({ key, sealed }) => ({ table, column, key, keyColumns, context: contextOf(key), sealed }));
}

const pageSize = 1_000;

async function* sealedPages(db: Database): AsyncGenerator<SealedSecret[]> {
  for (const column of sealedColumns) {
    for (let after: readonly string[] | null = null; ; ) {
      const page: SealedSecret[] = await readPage(db, column, { after, limit: pageSize, order: 'asc' });
      if (page.length > 0) yield page;
      if (page.length < pageSize) break;
      after = page.at(-1)?.key ?? null;
    }
  }
}

/** Every sealed secret there is. */
export async function listSealedSecrets(db: Database): Promise<SealedSecret[]> {
  const all: SealedSecret[] = [];
  for await (const page of sealedPages(db)) all.push(...page);
  return all;
}

export async function countSealedSecrets(db: Database): Promise<number> {
  let count = 0;
  for (const { table, column } of sealedColumns) {
    const { rows } = await sql<{ count: number }>`
      select count(${sql.ref(column)})::integer as count from ${sql.table(table)}`.execute(db);
    count += rows[0]?.count ?? 0;
  }
  return count;
}

export async function isAnySealedByFormerKey(db: Database, secrets: SecretBox): Promise<boolean> {
  for await (const page of sealedPages(db)) if (page.some(({ sealed }) => secrets.needsReseal(sealed))) return true;
  return false;
}

const lookedAtFromEachEnd = 100;

/** All secrets of the columns with few rows, and the oldest and newest of the others. */
async function sampleSealedSecrets(db: Database): Promise<SealedSecret[]> {
  const found: SealedSecret[] = [];
  for (const column of sealedColumns) {
    if (!column.hasManyRows) {
      found.push(...(await readPage(db, column, { after: null, limit: null, order: 'asc' })));
      continue;
    }
    const ends = await Promise.all(
      (['asc', 'desc'] as const).map((order) =>
        readPage(db, column, { after: null, limit: lookedAtFromEachEnd, order }),
      ),
    );
    found.push(...new Map(ends.flat().map((secret) => [secret.context, secret])).values());
  }
  return found;
}

export interface UnreadableSecret {
  context: string;
  problem: string;
}

/** Secrets that the present master keys do not open, among those looked at (`total`). */
export async function findUnreadableSecrets(
  db: Database,
  secrets: SecretBox,
): Promise<{ total: number; unreadable: UnreadableSecret[] }> {
  const all = await sampleSealedSecrets(db);
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

async function reseal(db: Database, secrets: SecretBox, secret: SealedSecret): Promise<void> {
  const { table, column, key, keyColumns, context, sealed } = secret;
  const again = await secrets.seal(await secrets.open(sealed, context), context);
  const isRow = keyColumns.map((name, index) => sql`${sql.ref(name)} = ${key[index]}`);
  await sql`
    update ${sql.table(table)} set ${sql.ref(column)} = ${again}
    where ${sql.join(isRow, sql` and `)} and ${sql.ref(column)} = ${sealed}`.execute(db);
}

/**
 * Seals with the current key what an older one sealed. Each row changes by itself and only if nobody changed it meanwhile, so it can
 * be ended at any point and started again.
 * @returns how many were sealed again
 */
export async function resealSecrets(db: Database, secrets: SecretBox): Promise<number> {
  let resealed = 0;
  for await (const page of sealedPages(db)) {
    for (const secret of page.filter(({ sealed }) => secrets.needsReseal(sealed))) {
      await reseal(db, secrets, secret);
      resealed += 1;
    }
  }
  return resealed;
}
