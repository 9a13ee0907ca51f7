import { z } from 'zod';
import { newId } from '#server/crypto/ids.ts';
import { hashToken, mintToken, sameText } from '#server/crypto/token-hash.ts';
import { addressKey, rateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';
import type { WireCall, WireRoute } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { signInLifetimes } from '../sign-in-lifetimes.ts';
import { isKnownClient, oauthClients } from './clients.ts';
import {
  findByDeviceAuthId,
  insertDeviceRequest,
  type StoredDeviceRequest,
  takeDeviceAnswer,
} from './device-request-queries.ts';
import { type IssuedCode, issueDeviceCode } from './issue-code.ts';
import { mayUseCodex, mayUseDeviceCode } from './may-use-codex.ts';
import { openProvider } from './provider.ts';
import { readFields } from './read-fields.ts';
import { deniedCode } from './refuse-tokens.ts';
import { findSignInWorkspace, findSigningInMember } from './sign-in-queries.ts';
import { makeUserCode, userCodeHash } from './user-code.ts';

/** Seconds between two polls. A text: the client refuses a number. */
const pollInterval = '2';
const UserCodeRequest = z.object({ client_id: z.string() });
const TokenPoll = z.object({ device_auth_id: z.string(), user_code: z.string() });

async function readBody<Schema extends z.ZodType>({ c }: WireCall, schema: Schema): Promise<z.infer<Schema>> {
  const { success, data, error } = schema.safeParse(await readFields(c.req.raw));
  if (!success) throw new ReeveError('bad-input', { reason: z.prettifyError(error) });
  return data;
}

/** The client takes 403 with any body for "not answered yet". Any other refusal ends its wait. */
const stillPending = () =>
  Response.json(
    { error: { code: 'authorization_pending', message: 'Nobody has answered this sign-in yet.' } },
    { status: 403, headers: { 'cache-control': 'no-store' } },
  );

/** An answer that leads nowhere: the client brings it to the token endpoint and is told there what happened. */
const denied: IssuedCode = { authorization_code: deniedCode, code_challenge: deniedCode, code_verifier: deniedCode };

async function makeRequest(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, clientId, ip }: { workspaceId: string; clientId: string; ip: string | null },
): Promise<{ deviceAuthId: string; userCode: string }> {
  const { token: deviceAuthId, hash: deviceAuthIdHash } = mintToken('da_');
  const createdAt = clock();
  const expiresAt = new Date(createdAt.getTime() + signInLifetimes.deviceRequestSeconds * 1000);
  const request = { id: newId('dev'), workspaceId, deviceAuthIdHash, clientId, ip, createdAt, expiresAt };
  for (;;) {
    const userCode = makeUserCode();
    if (await insertDeviceRequest(db, { ...request, userCodeHash: userCodeHash(userCode) }))
      return { deviceAuthId, userCode };
  }
}

function isExpiredOrOther(request: StoredDeviceRequest, userCode: string, now: Date): boolean {
  return (
    request.status === 'used' || request.expiresAt <= now || !sameText(request.userCodeHash, userCodeHash(userCode))
  );
}

export function deviceWireRoutes(services: Services): WireRoute[] {
  const { db, clock } = services;
  const currentProvider = openProvider(services);
  // A whole office may sign in from one address on the first morning.
  const requestLimit = rateLimit(db, { name: 'device-request', points: 300, perSeconds: 10 * 60 });

  const userCode = async (call: WireCall): Promise<Response> => {
    const { client_id: clientId } = await readBody(call, UserCodeRequest);
    if (!isKnownClient(clientId)) {
      const known = oauthClients.map(({ id }) => id).join(' or ');
      throw new ReeveError('bad-input', { reason: `client_id is not known here; use ${known}` });
    }
    const workspace = await findSignInWorkspace(db);
    if (!workspace) throw new ReeveError('not-found', { reason: 'this Reeve is not set up yet' });
    if (!workspace.deviceCodeEnabled) throw new ReeveError('device-code-off');
    const admission = await requestLimit.take(addressKey(call.ip));
    if (!admission.allowed)
      throw new ReeveError('too-many-attempts', { retryAfterSeconds: admission.retryAfterSeconds });
    const made = await makeRequest(services, { workspaceId: workspace.id, clientId, ip: call.ip });
    return Response.json(
      { device_auth_id: made.deviceAuthId, user_code: made.userCode, interval: pollInterval },
      { headers: { 'cache-control': 'no-store' } },
    );
  };

  const answerOf = async (request: StoredDeviceRequest): Promise<IssuedCode> => {
    const { clientId, memberId, workspaceId, ip, status } = request;
    if (status === 'denied' || memberId === null) return denied;
    const member = await findSigningInMember(db, memberId);
    // Taken away between the approval and this poll. Who may not use Codex at all is told so at the token endpoint.
    if (!member || (mayUseCodex(member) && !mayUseDeviceCode(member))) return denied;
    return issueDeviceCode(services, await currentProvider(), { clientId, memberId, workspaceId, ip });
  };

  const poll = async (call: WireCall): Promise<Response> => {
    const body = await readBody(call, TokenPoll);
    const request = await findByDeviceAuthId(db, hashToken(body.device_auth_id));
    // 404, the status of this code, would mean "still pending" to the client.
    const gone = new ReeveError('bad-input', { reason: 'this device code was used, has expired or is unknown' });
    if (!request || isExpiredOrOther(request, body.user_code, clock())) throw gone;
    if (request.status === 'pending') return stillPending();
    if (!(await takeDeviceAnswer(db, request.id))) throw gone;
    return Response.json(await answerOf(request), { headers: { 'cache-control': 'no-store' } });
  };

  const path = '/api/accounts/deviceauth';
  return [
    { method: 'POST', path: `${path}/usercode`, allow: 'anyone', summary: 'A code to type in', handle: userCode },
    { method: 'POST', path: `${path}/token`, allow: 'anyone', summary: 'Has the code been approved?', handle: poll },
  ];
}
