import type { Database } from '#server/db/open-database.ts';

const count = async (query: Promise<{ count: number | string | bigint } | undefined>): Promise<number> =>
  Number((await query)?.count ?? 0);

const liveGrants = (db: Database, workspaceId: string, now: Date) =>
  db
    .selectFrom('client_grants')
    .where('workspace_id', '=', workspaceId)
    .where('revoked_at', 'is', null)
    .where((by) => by.or([by('expires_at', 'is', null), by('expires_at', '>', now)]));

/** Codex sign-ins that work now, all or those of one method. */
export const countClientSignIns = (
  db: Database,
  workspaceId: string,
  { now, method = null }: { now: Date; method?: 'browser' | 'device-code' | null },
): Promise<number> =>
  count(
    liveGrants(db, workspaceId, now)
      .$if(method !== null, (query) => query.where('method', '=', method ?? 'browser'))
      .select((by) => by.fn.countAll().as('count'))
      .executeTakeFirst(),
  );

export const countLiveAccessTokens = (
  db: Database,
  workspaceId: string,
  { now, kind }: { now: Date; kind: 'personal-access-token' | 'api-key' },
): Promise<number> =>
  count(
    db
      .selectFrom('access_tokens')
      .innerJoin('members', 'members.id', 'access_tokens.member_id')
      .where('access_tokens.workspace_id', '=', workspaceId)
      .where('members.status', '=', 'active')
      .where('kind', '=', kind)
      .where('attempt_id', 'is', null)
      .where('revoked_at', 'is', null)
      .where((by) => by.or([by('expires_at', 'is', null), by('expires_at', '>', now)]))
      .select((by) => by.fn.countAll().as('count'))
      .executeTakeFirst(),
  );

export const countPendingDeviceRequests = (db: Database, workspaceId: string, now: Date): Promise<number> =>
  count(
    db
      .selectFrom('device_requests')
      .where('workspace_id', '=', workspaceId)
      .where('status', '=', 'pending')
      .where('expires_at', '>', now)
      .select((by) => by.fn.countAll().as('count'))
      .executeTakeFirst(),
  );
