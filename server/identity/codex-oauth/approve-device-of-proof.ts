import { record, systemActor } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { adoptDeviceRequest } from './device-request-queries.ts';
import { readUserCode, userCodeHash } from './user-code.ts';

/**
 * Approves the sign-in of a client under proof, as the synthetic member of the proof's workspace. What nobody approves runs out.
 * @throws ReeveError device-code-unknown, also for a workspace that is not of a proof
 */
export async function approveDeviceOfProof(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, memberId, userCode: typed }: { workspaceId: string; memberId: string; userCode: string },
): Promise<void> {
  const userCode = readUserCode(typed);
  if (userCode === null) throw new ReeveError('device-code-unknown');
  await db.transaction().execute(async (tx) => {
    const now = clock();
    const id = await adoptDeviceRequest(tx, { userCodeHash: userCodeHash(userCode), workspaceId, memberId, now });
    if (id === null) throw new ReeveError('device-code-unknown');
    const subject = { kind: 'device-request', id, label: 'the client under proof' };
    await record(tx, systemActor('Enforcement proof', workspaceId), 'device-code.approved', { at: now, subject });
  });
}
