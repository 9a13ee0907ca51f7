import { sql } from 'kysely';
import type { SecondFactorAudience } from '#contract/second-factor.ts';
import type { Database } from '#server/db/open-database.ts';

export const findMember = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('members')
    .select(['id', 'email', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', memberId)
    .executeTakeFirst();

const ruleColumns = ['second_factor_rule as audience', 'second_factor_grace_until as graceUntil'] as const;

export const findRule = (db: Database, workspaceId: string) =>
  db.selectFrom('workspaces').select(ruleColumns).where('id', '=', workspaceId).executeTakeFirstOrThrow();

export const lockRule = (tx: Database, workspaceId: string) =>
  tx
    .selectFrom('workspaces')
    .select(ruleColumns)
    .where('id', '=', workspaceId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();

export const updateRule = (
  tx: Database,
  workspaceId: string,
  { audience, graceUntil, at }: { audience: SecondFactorAudience; graceUntil: Date | null; at: Date },
) =>
  tx
    .updateTable('workspaces')
    .set({ second_factor_rule: audience, second_factor_grace_until: graceUntil, updated_at: at })
    .where('id', '=', workspaceId)
    .execute();

export const listCustomRoles = (db: Database, workspaceId: string) =>
  db.selectFrom('roles').select(['id', 'permissions']).where('workspace_id', '=', workspaceId).execute();

export const findDefaultRole = async (db: Database, workspaceId: string): Promise<string | null> =>
  (await db.selectFrom('workspaces').select('default_role_id').where('id', '=', workspaceId).executeTakeFirstOrThrow())
    .default_role_id;

/** Whom a rule is about: everybody, or the holders of these roles by any way. */
export interface AskedMembers {
  workspaceId: string;
  roleIds: readonly string[] | 'all';
  /** Whether members without any role are among them, by the default role. */
  withDefault: boolean;
}

const asked = (db: Database, { workspaceId, roleIds, withDefault }: AskedMembers) =>
  db
    .selectFrom('members')
    .where('members.workspace_id', '=', workspaceId)
    .where('members.status', '=', 'active')
    .$if(roleIds !== 'all', (query) =>
      query.where(({ exists, not, or, and, selectFrom }) => {
        const own = selectFrom('role_grants').select('role_id').whereRef('role_grants.member_id', '=', 'members.id');
        const byGroup = selectFrom('group_members')
          .innerJoin('role_grants', 'role_grants.group_id', 'group_members.group_id')
          .select('role_grants.role_id')
          .whereRef('group_members.member_id', '=', 'members.id');
        const among = [...roleIds];
        return or([
          exists(own.where('role_grants.role_id', 'in', among)),
          exists(byGroup.where('role_grants.role_id', 'in', among)),
          ...(withDefault ? [and([not(exists(own)), not(exists(byGroup))])] : []),
        ]);
      }),
    );

const enrolled = sql<boolean>`(exists (select 1 from passkeys p where p.member_id = members.id)
  or exists (select 1 from totp_secrets t where t.member_id = members.id and t.confirmed_at is not null))`;

export async function countAsked(db: Database, who: AskedMembers): Promise<{ asked: number; withoutFactor: number }> {
  const row = await asked(db, who)
    .select(({ fn, not }) => [fn.countAll().as('asked'), fn.countAll().filterWhere(not(enrolled)).as('without')])
    .executeTakeFirstOrThrow();
  return { asked: Number(row.asked), withoutFactor: Number(row.without) };
}

export const listAskedWithout = (db: Database, who: AskedMembers, { limit }: { limit: number }) =>
  asked(db, who)
    .select(['members.id', 'members.name', 'members.email'])
    .where(({ not }) => not(enrolled))
    .orderBy('members.name')
    .orderBy('members.id')
    .limit(limit)
    .execute();
