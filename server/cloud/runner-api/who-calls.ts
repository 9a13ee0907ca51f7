import { greatestEpoch } from '#contract/runner-protocol.ts';
import { isWellFormed } from '#server/crypto/scannable-token.ts';
import { hashToken } from '#server/crypto/token-hash.ts';
import { ReeveError } from '#server/fail.ts';
import type { WireCall } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import type { LeaseRef } from '../attempts/lease-queries.ts';
import { findRunnerBySecret } from '../runners/queries.ts';
import { requireProtocol } from '../runners/register-runner.ts';

export interface CallingRunner {
  runnerId: string;
  workspaceId: string;
  name: string;
}

const bearer = /^Bearer ([A-Za-z0-9-]+)$/i;

/** The runner behind a call, as of this request. @throws ReeveError runner-unknown, runner-protocol */
export async function requireRunner(
  { db }: Pick<Services, 'db'>,
  { c }: WireCall,
  { isOfAnyProtocol = false } = {},
): Promise<CallingRunner> {
  const secret = bearer.exec(c.req.header('authorization') ?? '')?.[1];
  if (secret === undefined || !isWellFormed('runner', secret)) throw new ReeveError('runner-unknown');
  const row = await findRunnerBySecret(db, hashToken(secret));
  if (!row) throw new ReeveError('runner-unknown');
  if (!isOfAnyProtocol) requireProtocol(row.protocol);
  return { runnerId: row.id, workspaceId: row.workspace_id, name: row.name };
}

/** No id has a NUL, and PostgreSQL takes none. */
const attemptOf = ({ c }: WireCall): string => (c.req.param('attemptId') ?? '').slice(0, 100).replaceAll('\0', '');

/** Which lease a call with the epoch in its query, or in its body, is about. @throws ReeveError bad-input */
export function leaseOf(call: WireCall, { runnerId, workspaceId }: CallingRunner, epoch?: number): LeaseRef {
  const said = epoch ?? Number(call.c.req.query('epoch'));
  if (!Number.isInteger(said) || said < 1 || said > greatestEpoch)
    throw new ReeveError('bad-input', {}, { message: 'The epoch of the lease is missing.' });
  return { workspaceId, runnerId, attemptId: attemptOf(call), epoch: said };
}

export const attemptIdOf = attemptOf;
