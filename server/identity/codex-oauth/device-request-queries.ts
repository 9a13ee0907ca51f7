import type { Database } from '#server/db/open-database.ts';

export interface NewDeviceRequest {
  id: string;
  workspaceId: string;
  userCodeHash: string;
  deviceAuthIdHash: string;
  clientId: string;
  ip: string | null;
  createdAt: Date;
  expiresAt: Date;
}

/** @returns false when another request has this user code */
export async function insertDeviceRequest(db: Database, request: NewDeviceRequest): Promise<boolean> {
  const row = await db
    .insertInto('device_requests')
    .values({
      id: request.id,
      workspace_id: request.workspaceId,
      user_code_hash: request.userCodeHash,
      device_auth_id_hash: request.deviceAuthIdHash,
      client_id: request.clientId,
      ip: request.ip,
      status: 'pending',
      member_id: null,
      created_at: request.createdAt,
      expires_at: request.expiresAt,
    })
    .onConflict((conflict) => conflict.column('user_code_hash').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

const requests = (db: Database) =>
  db
    .selectFrom('device_requests')
    .select([
      'id',
      'workspace_id as workspaceId',
      'user_code_hash as userCodeHash',
      'client_id as clientId',
      'member_id as memberId',
      'ip',
      'status',
      'created_at as createdAt',
      'expires_at as expiresAt',
    ]);

export type StoredDeviceRequest = NonNullable<Awaited<ReturnType<typeof findByDeviceAuthId>>>;

export async function findByDeviceAuthId(db: Database, deviceAuthIdHash: string) {
  return requests(db).where('device_auth_id_hash', '=', deviceAuthIdHash).executeTakeFirst();
}

export async function findByUserCode(
  db: Database,
  { workspaceId, userCodeHash, now }: { workspaceId: string; userCodeHash: string; now: Date },
) {
  return requests(db)
    .where('user_code_hash', '=', userCodeHash)
    .where('workspace_id', '=', workspaceId)
    .where('expires_at', '>', now)
    .where('status', '!=', 'used')
    .executeTakeFirst();
}

/** @returns false when somebody else has answered it meanwhile */
export async function answerDeviceRequest(
  tx: Database,
  { id, memberId, status }: { id: string; memberId: string; status: 'approved' | 'denied' },
): Promise<boolean> {
  const row = await tx
    .updateTable('device_requests')
    .set({ status, member_id: memberId })
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Approves a pending request as a member of a proof's workspace and moves it there: before anybody has said who they are, a request
 * belongs to the installation's own workspace. @returns its id
 */
export async function adoptDeviceRequest(
  tx: Database,
  {
    userCodeHash,
    workspaceId,
    memberId,
    now,
  }: { userCodeHash: string; workspaceId: string; memberId: string; now: Date },
): Promise<string | null> {
  const row = await tx
    .updateTable('device_requests')
    .set({ status: 'approved', member_id: memberId, workspace_id: workspaceId })
    .where('user_code_hash', '=', userCodeHash)
    .where('status', '=', 'pending')
    .where('expires_at', '>', now)
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('workspaces').select('id').where('id', '=', workspaceId).where('proof_run_id', 'is not', null)),
    )
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

/** The answer is given out once. @returns false when it was given out before */
export async function takeDeviceAnswer(db: Database, id: string): Promise<boolean> {
  const row = await db
    .updateTable('device_requests')
    .set({ status: 'used' })
    .where('id', '=', id)
    .where('status', 'in', ['approved', 'denied'])
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function purgeDeviceRequests(db: Database, { expiredBefore }: { expiredBefore: Date }): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('device_requests')
    .where('expires_at', '<', expiredBefore)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
