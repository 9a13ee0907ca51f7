import type { IncomingHttpHeaders } from 'node:http';
import { can } from '#contract/permissions.ts';
import { ReeveError } from '#server/fail.ts';
import type { CodexClient } from '#server/http/wire-routes.ts';
import type { CallSettings } from '#server/models/gateway-queries.ts';
import { checkPolicyRevision, policyRevisionHeader } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { refuseBelowMinimum } from './check-client-version.ts';
import { type ClientFacts, isOldClient } from './client-facts.ts';

interface Caller {
  client: CodexClient;
  facts: ClientFacts;
  headers: IncomingHttpHeaders;
  settings: CallSettings;
}

function revisionOf(headers: IncomingHttpHeaders): string | null {
  const value = headers[policyRevisionHeader];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The surface that the credential is for: its switch in the workspace, and its permission. @throws ReeveError local-off, cloud-off, not-permitted */
function requireSurface({ client, settings }: Pick<Caller, 'client' | 'settings'>): void {
  const isHosted = client.credential === 'hosted-task';
  if (isHosted ? !settings.isCloudOn : !settings.isLocalOn) throw new ReeveError(isHosted ? 'cloud-off' : 'local-off');
  const permission = isHosted ? 'codex-cloud.use' : 'codex-local.use';
  if (!can(client.permissions, permission)) throw new ReeveError('not-permitted', { permission });
}

/**
 * Whether this member, with this client, may call a model now. The credential itself was checked before.
 * Returns the name of the policy the client enforces, null when it cannot carry one and need not.
 * @throws ReeveError local-off, cloud-off, not-permitted, scope-missing, client-too-old, client-not-allowed, policy-revision-missing, policy-revision-stale
 */
export async function checkCaller(
  services: Pick<Services, 'db' | 'changes' | 'clock' | 'log' | 'origin' | 'signerFor'>,
  { client, facts, headers, settings }: Caller,
): Promise<string | null> {
  requireSurface({ client, settings });
  if (!client.scopes.includes('models.call')) throw new ReeveError('scope-missing', { scope: 'models.call' });
  // A program of one's own with an API key is no Codex client, so it has no version of one.
  if (client.credential !== 'api-key' || facts.isCodex) refuseBelowMinimum(facts, settings, services.clock());
  if (client.credential === 'api-key') {
    if (settings.apiKeysAllowed) return null;
    throw new ReeveError(
      'client-not-allowed',
      {},
      {
        message:
          'API keys carry no workspace policy and are not allowed here. Sign in with Codex, or ask a workspace owner to allow API keys under Settings and permissions.',
      },
    );
  }
  const header = revisionOf(headers);
  if (header === null && isOldClient(facts)) {
    if (settings.oldClientsAllowed) return null;
    throw new ReeveError(
      'client-not-allowed',
      {},
      {
        message: `Codex ${facts.clientVersion} cannot carry the workspace policy and is not allowed here. Update Codex, then try again.`,
      },
    );
  }
  const checked = await checkPolicyRevision(services, {
    workspaceId: client.workspaceId,
    memberId: client.memberId,
    header,
    graceMinutes: settings.policyGraceMinutes,
  });
  if (!checked.ok) throw new ReeveError(checked.code);
  return checked.policyName;
}
