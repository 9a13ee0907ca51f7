import { allPermissions, type Permission, withIncluded } from './permissions.ts';

interface BuiltInRoleFacts {
  name: string;
  sentence: string;
  permissions: readonly Permission[];
}

const usesCodex = [
  'codex-local.use',
  'device-code.use',
  'access-tokens.create',
  'codex-cloud.use',
] as const satisfies Permission[];

/** Roles that exist in every workspace and cannot be changed. Custom roles stand beside them; roles add up. */
export const builtInRoles = {
  owner: {
    name: 'Owner',
    sentence: 'Everything, including who else is an owner. Held by people, never by groups.',
    permissions: allPermissions,
  },
  admin: {
    name: 'Admin',
    sentence:
      'Runs the workspace: people, settings, sign-in, models and keys. Cannot touch owners, roles or compliance records.',
    permissions: [
      ...usesCodex,
      'codex.administer',
      'team-config.write',
      'members.write',
      'groups.write',
      'roles.read',
      'settings.write',
      'sign-in.write',
      'models.write',
      'access-tokens.manage',
      'keys.write',
      'connectors.write',
      'runners.write',
      'code-review.write',
      'security-scans.write',
      'audit.read',
    ],
  },
  'codex-admin': {
    name: 'Codex admin',
    sentence: 'Administers Codex: policies, analytics and environments, without power over people or settings.',
    permissions: [...usesCodex, 'codex.administer'],
  },
  'codex-user': { name: 'Codex user', sentence: 'Uses Codex as the workspace allows.', permissions: usesCodex },
  'analytics-viewer': {
    name: 'Analytics viewer',
    sentence: 'Reads activity; changes nothing.',
    permissions: [...usesCodex, 'activity.read', 'members.read'],
  },
  'compliance-officer': {
    name: 'Compliance officer',
    sentence: 'Reads activity, the audit log, policies and compliance logs; changes nothing.',
    permissions: [
      'activity.read',
      'members.read',
      'policies.read',
      'roles.read',
      'settings.read',
      'audit.read',
      'compliance.read',
    ],
  },
} as const satisfies Record<string, BuiltInRoleFacts>;

export type BuiltInRole = keyof typeof builtInRoles;
export const builtInRoleNames = Object.keys(builtInRoles) as [BuiltInRole, ...BuiltInRole[]];

export const isBuiltInRole = (id: string): id is BuiltInRole => Object.hasOwn(builtInRoles, id);

export const permissionsOf = (role: BuiltInRole): ReadonlySet<Permission> =>
  withIncluded(builtInRoles[role].permissions);
