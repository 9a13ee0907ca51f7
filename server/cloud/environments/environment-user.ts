import { can, type Permission } from '#contract/permissions.ts';

/** Who makes or uses an environment: a member in the console, or behind a Codex client. */
export interface EnvironmentUser {
  workspaceId: string;
  memberId: string;
  permissions: ReadonlySet<Permission>;
}

/** Codex admins see, use, change and delete every environment, whoever made it and however it is shared. */
export const managesAll = ({ permissions }: EnvironmentUser): boolean => can(permissions, 'environments.write');

export const mayEdit = (user: EnvironmentUser, { creatorId }: { creatorId: string | null }): boolean =>
  creatorId === user.memberId || managesAll(user);

export const subjectOf = ({ id, label }: { id: string; label: string }) => ({ kind: 'environment', id, label });
