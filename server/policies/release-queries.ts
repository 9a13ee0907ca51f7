import { sql } from 'kysely';
import type { PolicyDocument, PolicyTest } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';

const releases = (db: Database, workspaceId: string) =>
  db
    .selectFrom('policy_releases as s')
    .select(['s.number', 's.at', 's.by', 's.kind', 's.summary'])
    .where('s.workspace_id', '=', workspaceId);

/** The newest first; one row more than the limit, when there is one. */
export const listReleases = (
  db: Database,
  workspaceId: string,
  { before, limit }: { before: number | null; limit: number },
) =>
  releases(db, workspaceId)
    .$if(before !== null, (query) => query.where('s.number', '<', before ?? 0))
    .orderBy('s.number', 'desc')
    .limit(limit + 1)
    .execute();

/** A state with the order that was in force in it. */
export const readRelease = (db: Database, workspaceId: string, number: number) =>
  releases(db, workspaceId)
    .innerJoin('policy_orders as o', (join) =>
      join.onRef('o.workspace_id', '=', 's.workspace_id').onRef('o.version', '=', 's.order_version'),
    )
    .select([
      'revisions',
      'o.items',
      'o.fallback_policy_id as fallbackPolicyId',
      'o.baseline_policy_id as baselinePolicyId',
    ])
    .where('s.number', '=', number)
    .executeTakeFirst();

/** A policy that was published in a state and has another document by now, or is deleted. */
export interface PolicyThen {
  id: string;
  /** The version of then. */
  to: number;
  /** The newest version. */
  revision: number;
  isDeleted: boolean;
  document: PolicyDocument;
  documentNow: PolicyDocument;
}

interface DocumentRow {
  name: string;
  contents: string;
  defaults: string;
  tests: PolicyTest[];
  contact: string;
  explains_rules: boolean;
}

const documentIn = ({ name, contents, defaults, tests, contact, explains_rules }: DocumentRow): PolicyDocument => ({
  name,
  contents,
  defaults,
  tests,
  contact,
  explainsRules: explains_rules,
});

export async function listChangedSince(db: Database, workspaceId: string, release: number): Promise<PolicyThen[]> {
  const { rows } = await sql<{
    id: string;
    to: number;
    revision: number;
    isDeleted: boolean;
    was: DocumentRow;
    is: DocumentRow;
  }>`
    select p.id, was.revision as "to", p.revision, p.deleted_at is not null as "isDeleted", to_jsonb(was) as was, to_jsonb(p) as "is"
    from policy_releases s
    cross join jsonb_each_text(s.revisions) as kept (id, revision)
    join policies p on p.id = kept.id and p.workspace_id = s.workspace_id
    join policy_revisions was on was.policy_id = p.id and was.revision = kept.revision::integer
    where s.workspace_id = ${workspaceId} and s.number = ${release} and (p.deleted_at is not null
      or (was.name, was.contents, was.defaults, was.tests, was.contact, was.explains_rules)
        is distinct from (p.name, p.contents, p.defaults, p.tests, p.contact, p.explains_rules))
    order by lower(was.name)`.execute(db);
  return rows.map(({ was, is, ...row }) => ({ ...row, document: documentIn(was), documentNow: documentIn(is) }));
}

/** Policies that are not among these and have one of these names. */
export const listNamesakes = (
  db: Database,
  workspaceId: string,
  { exceptIds, names }: { exceptIds: readonly string[]; names: readonly string[] },
) =>
  db
    .selectFrom('policies')
    .select(['id', 'number', 'name', 'revision', 'contents', 'defaults', 'tests', 'contact'])
    .select('explains_rules as explainsRules')
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`id <> all(cast(${[...exceptIds]} as text[]))`)
    .where(
      sql<boolean>`lower(name) in (select lower(taken) from unnest(cast(${[...names]} as text[])) as names (taken))`,
    )
    .execute();

/** Takes their names away for a moment, so that two policies can change names, and brings deleted ones back. */
export async function reviveUnnamed(tx: Database, workspaceId: string, ids: readonly string[]): Promise<void> {
  await tx
    .updateTable('policies')
    .set({ name: sql<string>`id`, deleted_at: null })
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`id = any(cast(${[...ids]} as text[]))`)
    .execute();
}
