import type { SessionState } from '#contract/session-state.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import { hasActiveOwner } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { describeStanding } from './second-factor/standing.ts';
import { readWorkspaceName } from './session-queries.ts';

export async function readSessionState(
  { db, config }: Pick<Services, 'db' | 'config'>,
  member: SignedInMember | null,
): Promise<SessionState> {
  const { isExample } = config;
  if (!member) return { state: 'signed-out', isExample, needsSetup: !(await hasActiveOwner(db)) };
  const { memberId, email, name, roles, workspaceId, permissions } = member;
  return {
    state: 'signed-in',
    isExample,
    member: { id: memberId, email, name, roles: [...roles] },
    workspace: { id: workspaceId, name: await readWorkspaceName(db, workspaceId) },
    permissions: [...permissions],
    secondFactor: describeStanding(member),
  };
}
