import { ReeveError } from '#server/fail.ts';
import {
  endAllAccessOfMember,
  endSessionOfMember,
  endSignInOfMember,
  readAccessOfMember,
  readAccessTokensOfMember,
} from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from './acting-member.ts';
import type { ChangeServices, DirectoryChange } from './change-directory.ts';
import { changeMembership } from './change-membership.ts';
import { findMember, type MemberRow } from './member-queries.ts';
import { memberSubject } from './provision-members.ts';

type Reading = Pick<Services, 'db' | 'clock'>;

async function requireMember({ db }: Pick<Services, 'db'>, workspaceId: string, id: string): Promise<void> {
  if (!(await findMember(db, workspaceId, id))) throw new ReeveError('not-found');
}

export async function readMemberAccess(services: Reading, workspaceId: string, id: string) {
  await requireMember(services, workspaceId, id);
  return readAccessOfMember(services.db, { workspaceId, memberId: id }, services.clock());
}

export async function readMemberTokens(services: Reading, workspaceId: string, id: string) {
  await requireMember(services, workspaceId, id);
  return { items: await readAccessTokensOfMember(services.db, { workspaceId, memberId: id }) };
}

const endingOf = ({ workspaceId, actor, at }: DirectoryChange, target: MemberRow) => ({
  workspaceId,
  memberId: target.id,
  actor,
  subject: memberSubject(target),
  at,
});

export async function endMemberSession(
  services: ChangeServices,
  acting: ActingMember,
  { id, sessionId }: { id: string; sessionId: string },
): Promise<void> {
  await changeMembership(services, acting, {
    id,
    apply: async (change, target) => endSessionOfMember(change.tx, endingOf(change, target), sessionId),
  });
}

export async function endMemberSignIn(
  services: ChangeServices,
  acting: ActingMember,
  { id, signInId }: { id: string; signInId: string },
): Promise<void> {
  await changeMembership(services, acting, {
    id,
    apply: async (change, target) => {
      await endSignInOfMember(change.tx, endingOf(change, target), signInId);
      change.accessEnds(id, 'signed-out');
    },
  });
}

/** For a lost machine: the member stays active and signs in again. */
export async function signMemberOut(services: ChangeServices, acting: ActingMember, id: string) {
  let ended = { sessions: 0, signIns: 0 };
  await changeMembership(services, acting, {
    id,
    apply: async (change, target) => {
      ended = await endAllAccessOfMember(change.tx, endingOf(change, target));
      change.accessEnds(id, 'signed-out');
    },
  });
  return ended;
}
