import { allTokenScopes } from '#contract/token-scopes.ts';
import { systemActor } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { deleteLateRows, deleteProofWorkspace } from '#server/db/delete-workspace.ts';
import { changeDirectory, changeGroupMembersIn, createGroupIn, createMember } from '#server/directory/index.ts';
import { approveDeviceOfProof, createAccessToken } from '#server/identity/index.ts';
import { copyModels, insertProofModel, setUpstream } from '#server/models/index.ts';
import { copyPoliciesForProof, flushReceipts, type ProvableVersion } from '#server/policies/index.ts';
import { insertDirectRoles } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { settleTelemetry } from '#server/telemetry/index.ts';
import { insertProofWorkspace } from '#server/workspace/index.ts';
import type { ProofSubject } from '../proof/prove-policy.ts';
import { serverSaw } from './server-saw.ts';

export interface ProofWorkspaceFacts {
  /** The real workspace, whose settings and models are copied. */
  workspaceId: string;
  runId: string;
  policy: ProvableVersion | null;
  baseline: ProvableVersion | null;
  /** Whether the client under proof may call at all by the workspace's minimum; else its minimum would be all that is proved. */
  keepsMinimum: boolean;
}

export interface ProofWorkspace
  extends Pick<ProofSubject, 'approveDevice' | 'createAccessToken' | 'modelUrlIsSet' | 'serverSaw'> {
  id: string;
  memberId: string;
  groupId: string;
  email: string;
  /** Of the copy; null without a policy. */
  policyId: string | null;
  /** Ids of the copies of the policy and of the baseline. */
  copies: readonly string[];
  close(): Promise<void>;
}

const actorLabel = 'Enforcement proof';

async function addMember(
  services: Services,
  id: string,
  email: string,
): Promise<{ memberId: string; groupId: string }> {
  const actor = systemActor(actorLabel, id);
  return changeDirectory(services, { workspaceId: id, actor, mayUnmakeOwner: false }, async (change) => {
    const member = await createMember(change, { email, name: 'Enforcement proof', source: 'sso' });
    const group = await createGroupIn(change, { name: 'Under proof', source: 'manual' });
    await changeGroupMembersIn(change, group.id, { add: [member.id] });
    const { tx, at } = change;
    await insertDirectRoles(tx, { workspaceId: id, memberIds: [member.id], roleIds: ['codex-user'], at });
    return { memberId: member.id, groupId: group.id };
  });
}

async function fill(services: Services, id: string, facts: ProofWorkspaceFacts) {
  const { db, clock } = services;
  // A domain that no mail can reach (RFC 2606), and an account without a password.
  const email = `${id.replace('_', '-')}@proof.invalid`;
  const person = await addMember(services, id, email);
  const copied = await db.transaction().execute(async (tx) => {
    const at = clock();
    if ((await copyModels(tx, { from: facts.workspaceId, to: id, at })) === 0) await insertProofModel(tx, id, at);
    const { policy, baseline } = facts;
    return copyPoliciesForProof(tx, id, { groupId: person.groupId, policy, baseline, at });
  });
  return { ...person, email, ...copied };
}

/** Deletes a workspace of a proof with everything in it, and what comes in behind that. */
export async function deleteWorkspaceOfProof(services: Services, id: string): Promise<void> {
  await settleTelemetry(services);
  await flushReceipts(services);
  await deleteProofWorkspace(services.db, id);
  services.signals.emit('access-changed', { workspaceId: id, memberId: null, because: 'member-removed' });
  await settleTelemetry(services);
  await deleteLateRows(services.db, id);
}

/**
 * A workspace for the length of one proof: a member with the role Codex user in a group that gets the policy by first match, through the
 * server as it is. The caller closes it, whatever happens.
 */
export async function openProofWorkspace(services: Services, facts: ProofWorkspaceFacts): Promise<ProofWorkspace> {
  const { db, clock } = services;
  const id = newId('ws');
  const { workspaceId: like, runId, keepsMinimum } = facts;
  await insertProofWorkspace(db, { id, like, runId, keepsMinimum, at: clock() });
  const close = () => deleteWorkspaceOfProof(services, id);
  const filled = await fill(services, id, facts).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const { memberId, email } = filled;
  const actor = systemActor(actorLabel, id);
  const member = { workspaceId: id, memberId, name: actorLabel, email };
  return {
    id,
    ...filled,
    approveDevice: (userCode) => approveDeviceOfProof(services, { workspaceId: id, memberId, userCode }),
    async createAccessToken() {
      const wanted = { kind: 'personal-access-token' as const, name: actorLabel, scopes: [...allTokenScopes] };
      const { token } = await createAccessToken(services, actor, member, { ...wanted, expiresInDays: 1 });
      return token;
    },
    async modelUrlIsSet(baseUrl) {
      await setUpstream(services, { workspaceId: id, actor, change: { baseUrl, apiKey: null } });
    },
    serverSaw: (since) => serverSaw(services, { workspaceId: id, memberId, since }),
    close,
  };
}
