import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { roleName } from '#server/roles/index.ts';

const dayMs = 24 * 60 * 60 * 1000;

export interface PeopleFacts {
  activeMembers: number;
  invitedMembers: number;
  activeOwners: number;
  groups: number;
  groupedMembers: number;
  seenLast7Days: number;
  seenEver: number;
}

/** People and their clients, counted in one query. */
export async function countPeople(db: Database, workspaceId: string, now: Date): Promise<PeopleFacts> {
  const weekAgo = new Date(now.getTime() - 7 * dayMs);
  const { rows } = await sql<Record<keyof PeopleFacts, number>>`select
    (select count(*) from members where workspace_id = ${workspaceId} and status = 'active') as "activeMembers",
    (select count(*) from members where workspace_id = ${workspaceId} and status = 'invited') as "invitedMembers",
    (select count(*) from role_grants g join members m on m.id = g.member_id
      where g.workspace_id = ${workspaceId} and g.role_id = 'owner' and m.status = 'active') as "activeOwners",
    (select count(*) from groups where workspace_id = ${workspaceId}) as "groups",
    (select count(distinct member_id) from group_members where workspace_id = ${workspaceId}) as "groupedMembers",
    (select count(distinct member_id) from seen_clients
      where workspace_id = ${workspaceId} and last_seen_at > ${weekAgo}) as "seenLast7Days",
    (select count(distinct member_id) from seen_clients where workspace_id = ${workspaceId}) as "seenEver"`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('counting people gave no row');
  return {
    activeMembers: Number(row.activeMembers),
    invitedMembers: Number(row.invitedMembers),
    activeOwners: Number(row.activeOwners),
    groups: Number(row.groups),
    groupedMembers: Number(row.groupedMembers),
    seenLast7Days: Number(row.seenLast7Days),
    seenEver: Number(row.seenEver),
  };
}

export interface SignInFacts {
  enabledConnections: number;
  draftConnections: number;
  isSignOnRequired: boolean;
  secondFactorRule: 'off' | 'admins' | 'everyone';
  provisionedMembers: number;
  provisionedGroups: number;
  groupsWithRole: number;
  /** By name; null: whoever has no role may do nothing. */
  defaultRole: string | null;
  /** Signing certificates of SAML providers that end within the next weeks, or have ended without a successor. */
  endingCertificates: { connection: string; endsAt: Date }[];
}

/** How people sign in, how they arrive, and which groups carry a role. */
export async function readSignInFacts(db: Database, workspaceId: string, soon: Date): Promise<SignInFacts> {
  const workspace = await db
    .selectFrom('workspaces')
    .leftJoin('roles', 'roles.id', 'workspaces.default_role_id')
    .select(['sso_required', 'second_factor_rule', 'default_role_id', 'roles.name as role_name'])
    .where('workspaces.id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  const connections = await db
    .selectFrom('sso_connections')
    .select(['name', 'status', 'settings'])
    .where('workspace_id', '=', workspaceId)
    .execute();
  const { rows } = await sql<{ members: number; groups: number; with_role: number }>`select
    (select count(*) from members where workspace_id = ${workspaceId} and source = 'scim' and status <> 'deprovisioned') as members,
    (select count(*) from groups where workspace_id = ${workspaceId} and source = 'scim') as groups,
    (select count(distinct group_id) from role_grants where workspace_id = ${workspaceId} and group_id is not null) as with_role`.execute(
    db,
  );
  const enabled = connections.filter(({ status }) => status === 'enabled');
  return {
    enabledConnections: enabled.length,
    draftConnections: connections.length - enabled.length,
    isSignOnRequired: workspace.sso_required,
    secondFactorRule: workspace.second_factor_rule,
    provisionedMembers: Number(rows[0]?.members ?? 0),
    provisionedGroups: Number(rows[0]?.groups ?? 0),
    groupsWithRole: Number(rows[0]?.with_role ?? 0),
    defaultRole:
      workspace.default_role_id === null
        ? null
        : roleName({ id: workspace.default_role_id, name: workspace.role_name }),
    endingCertificates: enabled.flatMap(({ name, settings }) => {
      const certificates = settings && 'certificates' in settings ? settings.certificates : [];
      // During a rollover there are two: the one that lives longer counts.
      const endsAt = certificates
        .map(({ expiresAt }) => expiresAt)
        .sort()
        .at(-1);
      return endsAt !== undefined && new Date(endsAt) < soon ? [{ connection: name, endsAt: new Date(endsAt) }] : [];
    }),
  };
}
