import { createPrivateKey } from 'node:crypto';
import { type App, RequestError } from 'octokit';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import {
  type ConnectionRow,
  findConnection,
  lockConnection,
  updateConnection,
} from '../connections/connection-queries.ts';
import { clientSecretPlace, formerWebhookSecretPlace, privateKeyPlace, webhookSecretPlace } from '../secret-places.ts';
import { appWith, asGitServerError, openSecrets } from './open-app.ts';

export interface RenewedSecrets {
  id: string;
  privateKey?: string | undefined;
  clientSecret?: string | undefined;
  webhookSecret?: string | undefined;
  /** For how long the former webhook secret is taken as well. */
  formerSecretHours: number;
}

type Field = 'privateKey' | 'clientSecret';
const hourMs = 3_600_000;

const refuse = (field: Field, message: string, cause?: unknown) =>
  new ReeveError('git-connection-failed', { said: message, issues: [{ path: [field], message }] }, { message, cause });

/** GitHub's keys are RSA in PEM; in one form, whatever line ends a clipboard gave it. @throws ReeveError git-connection-failed */
function readPrivateKey(text: string): string {
  const key = (() => {
    try {
      return createPrivateKey(text);
    } catch (cause) {
      throw refuse(
        'privateKey',
        'This is no private key. Give the whole file that GitHub made, from -----BEGIN to the last line.',
        cause,
      );
    }
  })();
  if (key.asymmetricKeyType !== 'rsa') throw refuse('privateKey', 'This key is not RSA, so GitHub did not make it.');
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const saysUnauthorized = (error: unknown): error is RequestError =>
  error instanceof RequestError && error.status === 401;

/** Whether GitHub takes what is signed with the key for this app. @throws ReeveError git-connection-failed, git-server-failed */
async function tryKey({ octokit }: App, connection: ConnectionRow): Promise<void> {
  try {
    const { data } = await octokit.request('GET /app');
    if (String(data?.id) !== connection.app_id)
      throw refuse('privateKey', 'GitHub says that this is the key of another app.');
  } catch (error) {
    if (saysUnauthorized(error))
      throw refuse('privateKey', `GitHub does not take this key for ${connection.name}: ${error.message}`, error);
    throw asGitServerError(error, connection);
  }
}

/** GitHub looks at the secret before it looks at the code, and no code is this. */
const noCode = 'reeve-tries-the-secret';

/** @throws ReeveError git-connection-failed, git-server-failed */
async function tryClientSecret({ oauth }: App, connection: ConnectionRow): Promise<void> {
  const said = await oauth.createToken({ code: noCode }).then(
    () => null,
    (error: unknown) => error,
  );
  if (said instanceof RequestError && said.message.includes('bad_verification_code')) return;
  if (said instanceof RequestError && said.message.includes('incorrect_client_credentials'))
    throw refuse('clientSecret', `GitHub does not take this client secret for ${connection.name}.`, said);
  throw asGitServerError(said ?? refuse('clientSecret', 'GitHub gave out a token for no code.'), connection);
}

type SealedSecrets = Partial<
  Pick<ConnectionRow, 'sealed_private_key' | 'sealed_client_secret' | 'sealed_webhook_secret'>
>;

async function seal(
  { secrets }: Pick<Services, 'secrets'>,
  { id }: ConnectionRow,
  { privateKey, clientSecret, webhookSecret }: Omit<RenewedSecrets, 'id' | 'formerSecretHours'>,
): Promise<SealedSecrets> {
  return {
    ...(privateKey && { sealed_private_key: await secrets.seal(privateKey, privateKeyPlace(id)) }),
    ...(clientSecret && { sealed_client_secret: await secrets.seal(clientSecret, clientSecretPlace(id)) }),
    ...(webhookSecret && { sealed_webhook_secret: await secrets.seal(webhookSecret, webhookSecretPlace(id)) }),
  };
}

/** Where the webhook secret is another one: the one that was there until now, for a while. */
async function keepFormer(
  { secrets }: Pick<Services, 'secrets'>,
  { id, sealed_webhook_secret: sealed }: ConnectionRow,
  { webhookSecret, until, at }: { webhookSecret: string | undefined; until: Date; at: Date },
) {
  if (webhookSecret === undefined || sealed === null) return {};
  const former = await secrets.open(sealed, webhookSecretPlace(id));
  if (former === webhookSecret) return {};
  const isKept = until > at;
  return {
    sealed_former_webhook_secret: isKept ? await secrets.seal(former, formerWebhookSecretPlace(id)) : null,
    former_webhook_secret_until: isKept ? until : null,
  };
}

const names = { privateKey: 'private key', clientSecret: 'client secret', webhookSecret: 'webhook secret' } as const;

/**
 * Secrets that were renewed on GitHub take the place of the old ones, once GitHub takes them. What signs webhooks cannot be tried: the
 * former secret is taken beside the new one for a while.
 * @throws ReeveError not-found; git-connection-failed: GitHub does not take one, and all stay as they were; git-server-failed
 */
export async function replaceSecrets(
  services: Pick<Services, 'db' | 'clock' | 'secrets'>,
  { workspaceId, actor }: ActingMember,
  { id, formerSecretHours, ...given }: RenewedSecrets,
): Promise<void> {
  const { db, clock } = services;
  const found = await findConnection(db, workspaceId, id);
  if (found?.kind !== 'github') throw new ReeveError('not-found');
  const privateKey = given.privateKey && readPrivateKey(given.privateKey);
  const kept = await openSecrets(services, found);
  const app = appWith(found, {
    privateKey: privateKey ?? kept.privateKey,
    clientSecret: given.clientSecret ?? kept.clientSecret,
  });
  await tryKey(app, found);
  if (given.clientSecret) await tryClientSecret(app, found);
  const renewed = { ...given, privateKey };
  const sealed = await seal(services, found, renewed);
  await db.transaction().execute(async (tx: Database) => {
    const connection = await lockConnection(tx, workspaceId, id);
    if (!connection) throw new ReeveError('not-found');
    const at = clock();
    const until = new Date(at.getTime() + formerSecretHours * hourMs);
    const former = await keepFormer(services, connection, { webhookSecret: given.webhookSecret, until, at });
    await updateConnection(tx, connection, { ...sealed, ...former, problem: null });
    await record(tx, actor, 'git.app-secrets-replaced', {
      at,
      subject: { kind: 'git-connection', id, label: connection.name },
      replaced: Object.entries(names).flatMap(([field, name]) => (renewed[field as keyof typeof names] ? [name] : [])),
      ...(former.former_webhook_secret_until && { formerWebhookSecretUntil: until.toISOString() }),
    });
  });
}
