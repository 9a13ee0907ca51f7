import type { Permission } from '#contract/permissions.ts';
import { isReeveError } from '#server/fail.ts';
import type { CodexClient } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { type CallSettings, readCallSettings } from './gateway-queries.ts';
import { checkCaller } from './responses-api/check-caller.ts';

export interface TriedCaller {
  permissions: ReadonlySet<Permission>;
  credential: CodexClient['credential'];
  clientVersion: string;
  /** What the workspace would say in place of what it says. */
  toggles: Partial<Pick<CallSettings, 'isLocalOn' | 'isCloudOn' | 'apiKeysAllowed' | 'oldClientsAllowed'>>;
}

/**
 * Asks the gateway's own check whether somebody who holds these permissions may call, without a policy in the client: who passes every
 * toggle is refused for that (`policy-revision-missing`) or let in (null).
 */
export async function openCallerTrial(
  services: Pick<Services, 'db' | 'changes' | 'clock' | 'log' | 'origin' | 'signerFor'>,
  workspaceId: string,
): Promise<(tried: TriedCaller) => Promise<string | null>> {
  const stored = await readCallSettings(services.db, workspaceId);
  if (!stored) throw new Error('the workspace is gone');
  return async ({ permissions, credential, clientVersion, toggles }) => {
    const settings = { ...stored, minimumClientVersion: null, ...toggles };
    const client: CodexClient = {
      workspaceId,
      memberId: 'mem_trial',
      email: 'trial@example.invalid',
      name: 'Trial',
      permissions,
      credential,
      scopes: ['policy.read', 'models.call'],
      credentialId: 'trial',
    };
    const facts = { ...noFacts, client: 'codex_exec', clientVersion };
    try {
      await checkCaller(services, { client, facts, headers: {}, settings });
      return null;
    } catch (error) {
      if (isReeveError(error)) return error.code;
      throw error;
    }
  };
}

const noFacts = {
  threadId: null,
  turnId: null,
  sessionId: null,
  sandboxMode: null,
  isCodex: true,
  isPersons: true,
};
