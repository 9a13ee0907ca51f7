import type { SessionState } from '#contract/identity.ts';
import type { Database } from '#server/db/open-database.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import { hasActiveOwner } from '#server/roles/index.ts';
import { describeStanding } from './second-factor/standing.ts';
import { readWorkspaceName } from './session-queries.ts';

export async function readSessionState(db: Database, member: SignedInMember | null): Promise<SessionState> {
  if (!member) return { state: 'signed-out', needsSetup: !(await hasActiveOwner(db)) };
  const { memberId, email, name, roles, workspaceId, permissions } = member;
  return {
    state: 'signed-in',
    member: { id: memberId, email, name, roles: [...roles] },
    workspace: { id: workspaceId, name: await readWorkspaceName(db, workspaceId) },
    permissions: [...permissions],
    secondFactor: describeStanding(member),
  };
}
