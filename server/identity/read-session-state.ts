import type { SessionState } from '#contract/identity.ts';
import type { Database } from '#server/db/open-database.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import { hasActiveOwner, readWorkspaceName } from './session-queries.ts';

export async function readSessionState(db: Database, member: SignedInMember | null): Promise<SessionState> {
  if (!member) return { state: 'signed-out', needsSetup: !(await hasActiveOwner(db)) };
  const { memberId, email, name, role, workspaceId, permissions } = member;
  return {
    state: 'signed-in',
    member: { id: memberId, email, name, role },
    workspace: { id: workspaceId, name: await readWorkspaceName(db, workspaceId) },
    permissions: [...permissions],
  };
}
