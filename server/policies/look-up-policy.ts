import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import {
  listAssignments,
  listGroupIdsOfMember,
  readAssignmentState,
  readGroup,
  readMemberByEmail,
} from './assignment-queries.ts';
import { readPolicy } from './queries.ts';
import { resolvePolicy } from './resolve-policy.ts';

export interface PolicyFinding {
  policy: { id: string; name: string } | null;
  /** The reason in words. */
  because: string;
  /** Every assignment looked at, in order, up to the one that matched. */
  tried: { groupName: string; policyName: string; matched: boolean }[];
}

async function findFor(
  db: Database,
  workspaceId: string,
  groupIds: readonly string[],
  who: string,
): Promise<PolicyFinding> {
  const assignments = await listAssignments(db, workspaceId);
  const { fallbackPolicyId } = await readAssignmentState(db, workspaceId);
  const { matchedAt, tried: looked } = resolvePolicy(assignments, new Set(groupIds), fallbackPolicyId);
  const tried = looked.map(({ matched }, index) => ({
    groupName: assignments[index]?.groupName ?? '',
    policyName: assignments[index]?.policyName ?? '',
    matched,
  }));
  const matched = matchedAt === null ? undefined : assignments[matchedAt];
  if (matched && matchedAt !== null) {
    const because = `${who} is in “${matched.groupName}”, the first group in the order that fits (number ${matchedAt + 1} of ${assignments.length}).`;
    return { policy: { id: matched.policyId, name: matched.policyName }, because, tried };
  }
  const fallback = fallbackPolicyId === null ? undefined : await readPolicy(db, workspaceId, fallbackPolicyId);
  const none =
    assignments.length === 0
      ? 'No group has a policy'
      : `${who} is in none of the ${assignments.length} groups in the order`;
  if (!fallback) return { policy: null, because: `${none}, and there is no fallback policy.`, tried };
  return { policy: { id: fallback.id, name: fallback.name }, because: `${none}, so the fallback applies.`, tried };
}

/** The policy of a member and why, for their page. */
export const findPolicyOfMember = async (
  db: Database,
  { workspaceId, memberId, name }: { workspaceId: string; memberId: string; name: string },
): Promise<PolicyFinding> => findFor(db, workspaceId, await listGroupIdsOfMember(db, workspaceId, memberId), name);

/** By e-mail or by group, one of the two. */
export async function lookUpPolicy(
  db: Database,
  workspaceId: string,
  { email, groupId }: { email?: string | undefined; groupId?: string | undefined },
): Promise<PolicyFinding & { subject: string }> {
  if ((email === undefined) === (groupId === undefined))
    throw new ReeveError('bad-input', { issue: 'give either email or groupId' });
  if (email !== undefined) {
    const member = await readMemberByEmail(db, workspaceId, email);
    if (!member) throw new ReeveError('not-found', { email });
    return {
      subject: `${member.name} <${member.email}>`,
      ...(await findPolicyOfMember(db, { workspaceId, memberId: member.id, name: member.name })),
    };
  }
  const group = await readGroup(db, workspaceId, groupId ?? '');
  if (!group) throw new ReeveError('not-found', { groupId });
  return {
    subject: group.name,
    ...(await findFor(db, workspaceId, [group.id], `Someone who is only in “${group.name}”`)),
  };
}
