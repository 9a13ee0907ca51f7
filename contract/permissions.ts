/**
 * Every permission, with the sentence the console and the generated docs show. A member holds the union of the permissions of
 * their roles; nothing denies. Whether a *surface* works is also a workspace toggle: access = toggle on AND permission held.
 */
export const permissions = {
  'codex-local.use': 'Sign in with the Codex CLI, IDE extension or SDK and do model work through the gateway.',
  'access-tokens.create': 'Create personal access tokens and API keys for own use, for example in CI.',
  'access-tokens.manage': 'See and revoke the access tokens of every member.',
  'settings.read': 'See the workspace settings and which Codex surfaces are on.',
  'settings.write': 'Turn Codex surfaces on and off and change how the gateway treats clients.',
  'members.read': 'See members, their groups and which policy applies to each.',
  'members.write': 'Invite, suspend, reactivate and remove members and change their role.',
  'groups.write': 'Create, rename and delete groups and change who is in them.',
  'policies.read': 'See policies, their order and whom they apply to.',
  'policies.write': 'Write, assign and delete enforced requirements.toml policies.',
  'models.read': 'See the allowed models and the upstream they are served from.',
  'models.write': 'Set the upstream, its key, the allowed models and their prices.',
  'activity.read': 'See every model call and refusal, with member, client, tokens and cost.',
  'audit.read': 'See who changed what, and when.',
} as const satisfies Record<string, string>;

export type Permission = keyof typeof permissions;

export const allPermissions = Object.keys(permissions) as Permission[];

/** Roles that exist in every workspace. Custom roles add to them; the most permissive wins. */
export const builtInRoles = {
  owner: {
    name: 'Owner',
    sentence: 'Everything, including who else is an owner.',
    permissions: allPermissions,
  },
  'codex-admin': {
    name: 'Codex admin',
    sentence: 'Administers Codex: policies, analytics and environments, without power over people or settings.',
    permissions: [
      'codex-local.use',
      'access-tokens.create',
      'settings.read',
      'members.read',
      'policies.read',
      'policies.write',
      'models.read',
      'activity.read',
    ],
  },
  'analytics-viewer': {
    name: 'Analytics viewer',
    sentence: 'Reads activity and the audit log; changes nothing.',
    permissions: [
      'codex-local.use',
      'settings.read',
      'members.read',
      'policies.read',
      'models.read',
      'activity.read',
      'audit.read',
    ],
  },
  member: {
    name: 'Member',
    sentence: 'Uses Codex as the workspace allows.',
    permissions: ['codex-local.use', 'access-tokens.create'],
  },
} as const satisfies Record<string, { name: string; sentence: string; permissions: readonly Permission[] }>;

export type BuiltInRole = keyof typeof builtInRoles;
export const builtInRoleNames = Object.keys(builtInRoles) as [BuiltInRole, ...BuiltInRole[]];

export const permissionsOf = (role: BuiltInRole): ReadonlySet<Permission> => new Set(builtInRoles[role].permissions);

/** The one question asked at every endpoint and, to disable with a reason, by the console. */
export const can = (held: ReadonlySet<Permission> | readonly Permission[], wanted: Permission): boolean =>
  Array.isArray(held) ? held.includes(wanted) : (held as ReadonlySet<Permission>).has(wanted);
