import { verify } from '@octokit/webhooks-methods';
import { newId } from '#server/crypto/ids.ts';
import { hashToken } from '#server/crypto/token-hash.ts';
import { rateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { findLinkedAt } from '../github/account-queries.ts';
import { formerWebhookSecretPlace, webhookSecretPlace } from '../secret-places.ts';
import { findConnectionOfHook, insertDelivery, takeFailedAgain } from './delivery-queries.ts';
import { emptyPayload, parsePayload, type ReadPayload, readPayload } from './kept-payload.ts';

/** What GitHub says in its headers. None of it is signed. */
export interface DeliveryHeaders {
  event: string | null;
  guid: string | null;
  signature: string | null;
  contentType: string | null;
}

type HookConnection = NonNullable<Awaited<ReturnType<typeof findConnectionOfHook>>>;

const looksLikeSignature = /^sha256=[0-9a-f]{64}$/;
const looksLikeGuid = /^[0-9a-zA-Z-]{1,100}$/;
const looksLikeEvent = /^[a-z_]{1,60}$/;
/** Anybody can send what is refused; so many are written down. */
const refusedKeptPerHour = 30;

/** GitHub posts JSON, or the same in a form, as the app's hook is set. */
const payloadIn = (body: string, contentType: string | null): unknown =>
  contentType?.startsWith('application/x-www-form-urlencoded')
    ? parsePayload(new URLSearchParams(body).get('payload') ?? '')
    : parsePayload(body);

async function noteRefused({ db, clock }: Services, connection: HookConnection, headers: DeliveryHeaders) {
  const limit = rateLimit(db, { name: 'git-hook-refused', points: refusedKeptPerHour, perSeconds: 3600 });
  if (!(await limit.take(connection.id)).allowed) return;
  const id = newId('gde');
  const at = clock();
  await insertDelivery(db, {
    id,
    workspace_id: connection.workspace_id,
    connection_id: connection.id,
    // Not the id that was sent: whoever sends nonsense could take that of a true delivery.
    guid: `refused ${id}`,
    event: headers.event && looksLikeEvent.test(headers.event) ? headers.event : 'unknown',
    action: null,
    repository: null,
    installation: null,
    payload: JSON.stringify(emptyPayload.kept),
    state: 'refused',
    problem: 'The signature is missing or wrong.',
    body_hash: null,
    due_at: at,
    received_at: at,
    done_at: at,
  });
}

/**
 * Where a delivery claims to come from, before its body is read.
 * @throws ReeveError webhook-refused: no such connection, or no signature
 */
export async function claimedConnection(
  services: Services,
  connectionId: string,
  headers: DeliveryHeaders,
): Promise<HookConnection> {
  const connection = connectionId.includes('\0') ? undefined : await findConnectionOfHook(services.db, connectionId);
  if (!connection?.sealed_webhook_secret) throw new ReeveError('webhook-refused');
  if (!looksLikeSignature.test(headers.signature ?? '')) {
    await noteRefused(services, connection, headers);
    throw new ReeveError('webhook-refused');
  }
  return connection;
}

/** With the secret, or the former one for as long as that is good. */
async function isGenuine(
  { secrets, clock }: Pick<Services, 'secrets' | 'clock'>,
  connection: HookConnection,
  { text, signature }: { text: string; signature: string },
): Promise<boolean> {
  if (text === '') return false;
  const { id, sealed_webhook_secret: sealed, sealed_former_webhook_secret: former } = connection;
  if (sealed && (await verify(await secrets.open(sealed, webhookSecretPlace(id)), text, signature))) return true;
  const until = connection.former_webhook_secret_until;
  if (!former || until === null || until <= clock()) return false;
  return verify(await secrets.open(former, formerWebhookSecretPlace(id)), text, signature);
}

/**
 * What a body is known by when it comes again. The one of an authorization that was taken back says who, and nothing else: it is the same
 * every time. So the link that it would end counts too, and one that was made since can be ended by the same bytes.
 */
async function sumOf(
  { db }: Pick<Services, 'db'>,
  connection: HookConnection,
  { event, text, read }: { event: string; text: string; read: ReadPayload | null },
): Promise<string> {
  const sender = read?.kept.sender;
  if (event !== 'github_app_authorization' || read?.action !== 'revoked' || !sender) return hashToken(text);
  const account = { connectionId: connection.id, externalId: sender.id };
  const linkedAt = await findLinkedAt(db, connection.workspace_id, account);
  return hashToken(`${text}\n${linkedAt?.toISOString() ?? ''}`);
}

/**
 * Checks a delivery against the raw bytes and writes it down for the worker. One that is there already changes nothing, unless it failed:
 * then it is tried again.
 * @throws ReeveError webhook-refused, bad-input
 */
export async function receiveDelivery(
  services: Services,
  connection: HookConnection,
  { headers, body }: { headers: DeliveryHeaders; body: Buffer },
): Promise<{ isNew: boolean }> {
  const { db, clock } = services;
  const text = body.toString('utf8');
  if (!(await isGenuine(services, connection, { text, signature: headers.signature ?? '' }))) {
    await noteRefused(services, connection, headers);
    throw new ReeveError('webhook-refused');
  }
  const { event, guid } = headers;
  if (!event || !guid || !looksLikeEvent.test(event) || !looksLikeGuid.test(guid))
    throw new ReeveError('bad-input', {}, { message: 'X-GitHub-Event or X-GitHub-Delivery is missing.' });
  const read = readPayload(payloadIn(text, headers.contentType));
  const at = clock();
  const of = { workspaceId: connection.workspace_id, connectionId: connection.id, guid };
  const { action, repository, kept } = read ?? emptyPayload;
  const words = { action, repository, installation: kept.installationId, payload: JSON.stringify(kept) };
  const isNew = await insertDelivery(db, {
    ...words,
    id: newId('gde'),
    workspace_id: of.workspaceId,
    connection_id: of.connectionId,
    guid,
    event,
    state: read ? 'waiting' : 'failed',
    problem: read ? null : 'The payload has another form than GitHub describes.',
    body_hash: await sumOf(services, connection, { event, text, read }),
    due_at: at,
    received_at: at,
    done_at: read ? null : at,
  });
  return { isNew: isNew || (read !== null && (await takeFailedAgain(db, { ...of, at, words }))) };
}
