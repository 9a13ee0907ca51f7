import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import { insertConnection } from '../connections/connection-queries.ts';
import { requirePending } from '../connections/pending.ts';
import { consumePending } from '../connections/pending-queries.ts';
import { clientSecretPlace, privateKeyPlace, webhookSecretPlace } from '../secret-places.ts';
import { apiUrlOf } from './addresses.ts';
import { anonymousGithub, asGitServerError } from './open-app.ts';

/** GitHub gives what it made once, for the code. */
async function takeOver(apiUrl: string, code: string) {
  const github = anonymousGithub(apiUrl);
  try {
    const { data } = await github.request('POST /app-manifests/{code}/conversions', { code });
    return data;
  } catch (cause) {
    throw asGitServerError(cause, { name: 'GitHub', api_url: apiUrl });
  }
}

/**
 * Takes over the app that GitHub made from the manifest, with its key and secrets, which are sealed here and nowhere else.
 * @returns the id of the connection
 * @throws ReeveError git-link-expired, git-server-failed
 */
export async function finishApp(
  services: Pick<Services, 'db' | 'clock' | 'secrets'>,
  member: ActingMember,
  { code, state }: { code: string; state: string },
): Promise<string> {
  const { db, clock, secrets } = services;
  const pending = await requirePending(services, member, { purpose: 'app', state });
  const { connectionId: id, baseUrl } = pending.facts;
  if (!id || !baseUrl) throw new ReeveError('git-link-expired');
  const apiUrl = apiUrlOf(baseUrl);
  const app = await takeOver(apiUrl, code);
  const sealed = {
    sealed_private_key: await secrets.seal(app.pem, privateKeyPlace(id)),
    sealed_client_secret: await secrets.seal(app.client_secret, clientSecretPlace(id)),
    sealed_webhook_secret: app.webhook_secret ? await secrets.seal(app.webhook_secret, webhookSecretPlace(id)) : null,
  };
  await db.transaction().execute(async (tx) => {
    if (!(await consumePending(tx, pending.state_hash))) throw new ReeveError('git-link-expired');
    const at = clock();
    await insertConnection(tx, {
      id,
      workspace_id: member.workspaceId,
      kind: 'github',
      name: app.name,
      base_url: baseUrl,
      api_url: apiUrl,
      app_id: String(app.id),
      app_slug: app.slug ?? null,
      client_id: app.client_id,
      username: null,
      ...sealed,
      sealed_token: null,
      problem: null,
      caught_up_at: null,
      webhook_problem: null,
      created_by: member.label,
      created_at: at,
      removed_at: null,
    });
    await record(tx, member.actor, 'git.connected', {
      at,
      subject: { kind: 'git-connection', id, label: app.name },
      after: { kind: 'github', baseUrl, app: app.slug, appId: app.id, permissions: app.permissions },
    });
  });
  return id;
}
