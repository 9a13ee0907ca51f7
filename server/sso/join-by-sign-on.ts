import { type Actor, record, systemActor } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import {
  changeGroupMembersIn,
  createMember,
  type DirectoryChange,
  reprovisionMember,
} from '#server/directory/index.ts';
import { holdInvited, insertAccount, listGroupsToKeepInStep, touchAccount } from './account-queries.ts';
import type { ConnectionRow } from './connection-queries.ts';
import type { Decision } from './decide-sign-in.ts';
import type { MappedClaims } from './map-claims.ts';
import { SignOnRefused } from './problems.ts';

export interface Entering {
  connection: ConnectionRow;
  subject: string;
  mapped: MappedClaims;
  decision: Decision;
  at: Date;
}

/** What a sign-on changes by itself is done in the connection's name. */
export const byConnection = ({ name, workspace_id }: ConnectionRow): Actor =>
  systemActor(`single sign-on: ${name}`, workspace_id);

/** By the mapping, which groups these claims put somebody into and which of the mapped ones they leave. */
export function groupsByMapping(
  mappings: ConnectionRow['group_mappings'],
  values: readonly string[],
): { all: string[]; wanted: Set<string> } {
  const wanted = mappings.filter(({ value }) => values.includes(value)).map(({ groupId }) => groupId);
  return { all: [...new Set(mappings.map(({ groupId }) => groupId))], wanted: new Set(wanted) };
}

/** Mapped groups only; every other membership is somebody else's decision. */
async function keepGroupsInStep(
  change: DirectoryChange,
  { connection, mapped }: Entering,
  memberId: string,
): Promise<boolean> {
  const { all, wanted } = groupsByMapping(connection.group_mappings, mapped.groups);
  if (all.length === 0) return false;
  const { tx, workspaceId } = change;
  let hasLeft = false;
  for (const { id, member_id } of await listGroupsToKeepInStep(tx, { workspaceId, memberId, groupIds: all })) {
    if (wanted.has(id) === (member_id !== null)) continue;
    hasLeft ||= !wanted.has(id);
    await changeGroupMembersIn(change, id, wanted.has(id) ? { add: [memberId] } : { remove: [memberId] });
  }
  return hasLeft;
}

async function linkAccount(tx: Database, { connection, subject, at }: Entering, memberId: string): Promise<void> {
  const row = { connection_id: connection.id, subject, workspace_id: connection.workspace_id, member_id: memberId };
  // Two first sign-ins at once: the second starts again and finds the link.
  if (!(await insertAccount(tx, { ...row, linked_at: at, last_used_at: at }))) throw new SignOnRefused('expired');
  const subjectLabel = { kind: 'member', id: memberId, label: subject };
  await record(tx, byConnection(connection), 'sso-account.linked', {
    at,
    subject: subjectLabel,
    connection: connection.name,
  });
}

/**
 * Lets somebody in whom `decideSignIn` admitted: joins or activates, links the account, keeps the mapped groups in step. The session
 * starts in the same transaction.
 */
export async function enterBySignOn(
  change: DirectoryChange,
  entering: Entering,
): Promise<{ memberId: string; hasLeftGroup: boolean }> {
  const { connection, decision, mapped, subject, at } = entering;
  const { tx } = change;
  if (decision.outcome === 'would-join') {
    const { email } = decision;
    const { id } = await createMember(change, { email, name: mapped.name ?? email, source: 'sso' });
    await linkAccount(tx, entering, id);
    return { memberId: id, hasLeftGroup: await keepGroupsInStep(change, entering, id) };
  }
  const { memberId, links, activates } = decision;
  if (activates) {
    // Else it would let in again whom provisioning took out a moment ago.
    if (!(await holdInvited(tx, memberId))) throw new SignOnRefused('expired');
    await reprovisionMember(change, memberId);
  }
  if (links) await linkAccount(tx, entering, memberId);
  else await touchAccount(tx, { connectionId: connection.id, subject, at });
  return { memberId, hasLeftGroup: await keepGroupsInStep(change, entering, memberId) };
}
