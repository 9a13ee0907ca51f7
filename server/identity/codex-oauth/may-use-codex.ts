import { can } from '#contract/permissions.ts';
import { type HeldRole, permissionsFrom } from '#server/roles/index.ts';

/** Whether this member gets tokens: active, the workspace has Codex Local on, and a role that includes it. */
export const mayUseCodex = (member: {
  status: 'invited' | 'active' | 'suspended' | 'deprovisioned';
  held: readonly HeldRole[];
  codexLocalEnabled: boolean;
}): boolean =>
  member.status === 'active' && member.codexLocalEnabled && can(permissionsFrom(member.held), 'codex-local.use');

/** Whether this member may approve a sign-in of another machine, besides using Codex at all. The workspace's toggle stands above it. */
export const mayUseDeviceCode = ({ held }: { held: readonly HeldRole[] }): boolean =>
  can(permissionsFrom(held), 'device-code.use');
