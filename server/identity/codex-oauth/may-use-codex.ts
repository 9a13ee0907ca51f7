import { type BuiltInRole, can, permissionsOf } from '#contract/permissions.ts';

/** Whether this member gets tokens: active, the workspace has Codex Local on, and a role that includes it. */
export const mayUseCodex = (member: {
  status: 'invited' | 'active' | 'suspended';
  role: BuiltInRole;
  codexLocalEnabled: boolean;
}): boolean =>
  member.status === 'active' && member.codexLocalEnabled && can(permissionsOf(member.role), 'codex-local.use');
