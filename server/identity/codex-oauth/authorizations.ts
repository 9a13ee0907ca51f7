import type { Provider } from 'oidc-provider';
import type { z } from 'zod';
import { localOffMessage } from '#contract/errors.ts';
import type { Authorization } from '#contract/identity.ts';
import { record } from '#server/audit/index.ts';
import { sameText } from '#server/crypto/token-hash.ts';
import { ReeveError } from '#server/fail.ts';
import { readCookie } from '#server/http/cookies.ts';
import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { insertClientGrant } from '../client-grant-queries.ts';
import { clientName } from './clients.ts';
import { newClientGrant, saveGrant } from './issue-code.ts';
import { mayUseCodex } from './may-use-codex.ts';
import { interactionCookie, type ProviderParts } from './provider.ts';
import { findSigningInMember, type SigningInMember } from './sign-in-queries.ts';

type Interaction = InstanceType<Provider['Interaction']>;

export interface OpenAuthorization {
  interaction: Interaction;
  member: SigningInMember;
  clientId: string;
  /** In the words the client shows; null when this member may be let in. */
  refusal: string | null;
}

const param = ({ params }: Interaction, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
};

/**
 * The sign-in this browser itself started and nobody has answered yet. The cookie is the proof: whoever was sent a link to somebody
 * else's sign-in has none, and would otherwise hand their own account to the sender.
 */
export async function openAuthorization(
  { db }: Pick<Services, 'db'>,
  provider: Provider,
  { uid, context }: { uid: string; context: RequestContext },
): Promise<OpenAuthorization> {
  const cookie = readCookie(context.cookieHeader, interactionCookie);
  if (cookie === null || !sameText(cookie, uid)) throw new ReeveError('authorization-expired');
  const interaction = await provider.Interaction.find(uid);
  const clientId = interaction && param(interaction, 'client_id');
  if (!clientId || interaction.result) throw new ReeveError('authorization-expired');
  const member = await findSigningInMember(db, signedIn(context).memberId);
  if (!member) throw new ReeveError('not-signed-in');
  return { interaction, member, clientId, refusal: mayUseCodex(member) ? null : localOffMessage };
}

export const describeAuthorization = ({
  interaction,
  member,
  clientId,
  refusal,
}: OpenAuthorization): z.infer<typeof Authorization> => ({
  uid: interaction.uid,
  client: clientName(clientId, param(interaction, 'originator')),
  redirectHost: new URL(param(interaction, 'redirect_uri') ?? 'http://127.0.0.1').host,
  workspaceName: member.workspaceName,
  scopes: (param(interaction, 'scope') ?? '').split(' ').filter((scope) => scope !== ''),
  refusal,
});

async function answer(interaction: Interaction, result: NonNullable<Interaction['result']>): Promise<string> {
  interaction.result = result;
  await interaction.persist();
  return interaction.returnTo;
}

const subjectOf = ({ interaction, clientId }: OpenAuthorization, id: string) => ({
  kind: 'client-sign-in',
  id,
  label: clientName(clientId, param(interaction, 'originator')),
});

/** @returns where the browser goes next. @throws ReeveError local-off */
export async function approveAuthorization(
  { db, clock, origin }: ProviderParts,
  provider: Provider,
  { authorization, context }: { authorization: OpenAuthorization; context: RequestContext },
): Promise<string> {
  const { interaction, member, clientId, refusal } = authorization;
  if (refusal !== null) throw new ReeveError('local-off');
  // Not in one transaction with our own row: oidc-provider writes by itself. A grant nobody uses ends by its expiry.
  const oauthGrantId = await saveGrant(provider, { clientId, memberId: member.id, origin });
  const at = clock();
  const { workspaceId, id: memberId } = member;
  const method = 'browser' as const;
  const grant = newClientGrant({
    ...{ workspaceId, memberId, oauthGrantId, clientId, method },
    ip: context.ip,
    createdAt: at,
  });
  await db.transaction().execute(async (tx) => {
    await insertClientGrant(tx, grant);
    await record(tx, actorOf(context), 'client.authorized', {
      at,
      subject: subjectOf(authorization, grant.id),
      method,
    });
  });
  return answer(interaction, { login: { accountId: memberId, remember: false }, consent: { grantId: oauthGrantId } });
}

/** The client is told why: the refusal when there is one, else that the person said no. @returns where the browser goes next */
export async function denyAuthorization(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { authorization, context }: { authorization: OpenAuthorization; context: RequestContext },
): Promise<string> {
  const { interaction, refusal } = authorization;
  const because = refusal === null ? 'denied' : 'not-permitted';
  await db.transaction().execute(async (tx) => {
    const subject = subjectOf(authorization, interaction.uid);
    await record(tx, actorOf(context), 'client.refused', { at: clock(), subject, because });
  });
  return answer(interaction, {
    error: 'access_denied',
    error_description: refusal ?? 'The sign-in was denied in the browser.',
  });
}
