import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { listLiveGrants } from '../client-grant-queries.ts';
import { revokeGrant } from '../client-grants.ts';
import { approveAuthorization, denyAuthorization, describeAuthorization, openAuthorization } from './authorizations.ts';
import { clientName } from './clients.ts';
import { describeDeviceRequest, openDeviceRequests } from './device-requests.ts';
import { openProvider } from './provider.ts';

async function readClientSignIns({ db, clock }: Services, context: RequestContext) {
  const { workspaceId, memberId } = signedIn(context);
  const rows = await listLiveGrants(db, { workspaceId, memberId, now: clock() });
  return rows.map((row) => ({
    id: row.id,
    client: clientName(row.client_id),
    method: row.method,
    startedAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    expiresAt: row.expires_at?.toISOString() ?? null,
  }));
}

async function revokeClientSignIn({ db, clock, signals }: Services, context: RequestContext, id: string) {
  const { workspaceId, memberId } = signedIn(context);
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const revoked = await revokeGrant(tx, { workspaceId, memberId, id, at, because: 'signed-out' });
    if (!revoked) throw new ReeveError('not-found');
    const subject = { kind: 'client-sign-in', id, label: clientName(revoked.clientId) };
    await record(tx, actorOf(context), 'client.signed-out', { at, subject, because: 'signed-out' });
  });
  signals.emit('access-changed', { workspaceId, memberId, because: 'signed-out' });
}

/** The console's half of a client's sign-in: who asks, yes or no, and who is signed in. Spread into `identityRoutes`. */
export function codexSignInRoutes(services: Services) {
  const { identity } = routes;
  const currentProvider = openProvider(services);
  const deviceRequests = openDeviceRequests(services);
  const open = async (uid: string, context: RequestContext) => {
    const provider = await currentProvider();
    return { provider, context, authorization: await openAuthorization(services, provider, { uid, context }) };
  };
  return {
    clientSignIns: identity.clientSignIns.handler(async ({ context }) => ({
      items: await readClientSignIns(services, context),
    })),
    revokeClientSignIn: identity.revokeClientSignIn.handler(async ({ input, context }) => {
      await revokeClientSignIn(services, context, input.id);
      return {};
    }),
    deviceRequest: identity.deviceRequest.handler(async ({ input, context }) =>
      describeDeviceRequest(await deviceRequests.find(input.userCode, context)),
    ),
    approveDevice: identity.approveDevice.handler(async ({ input, context }) => {
      await deviceRequests.approve(input.userCode, context);
      return {};
    }),
    denyDevice: identity.denyDevice.handler(async ({ input, context }) => {
      await deviceRequests.deny(input.userCode, context);
      return {};
    }),
    authorization: identity.authorization.handler(async ({ input, context }) =>
      describeAuthorization((await open(input.uid, context)).authorization),
    ),
    approveAuthorization: identity.approveAuthorization.handler(async ({ input, context }) => {
      const { provider, ...opened } = await open(input.uid, context);
      return { redirectTo: await approveAuthorization(services, provider, opened) };
    }),
    denyAuthorization: identity.denyAuthorization.handler(async ({ input, context }) => {
      const { provider: _provider, ...opened } = await open(input.uid, context);
      return { redirectTo: await denyAuthorization(services, opened) };
    }),
  };
}
