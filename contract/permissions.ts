/** Where a permission stands in the role editor and in the documentation. */
export const permissionAreas = {
  codex: 'Using Codex',
  administration: 'Administering Codex',
  people: 'People and roles',
  workspace: 'Workspace',
  cloud: 'Codex cloud',
  governance: 'Governance',
} as const;
export type PermissionArea = keyof typeof permissionAreas;

interface PermissionFacts {
  area: PermissionArea;
  /** As on the switch of the role editor. */
  label: string;
  sentence: string;
  /** What it carries with it. */
  includes?: readonly string[];
  /** Workspace settings that have to be on, too. */
  gates?: readonly string[];
  /** Set while nothing asks for it yet: what it waits for. It can be granted, and takes effect when that is there. */
  waitsFor?: string;
}

const waitsForReviews = 'Code review and security scans are not part of Reeve yet.';

/**
 * Every permission. A member holds the union of the permissions of all their roles; nothing denies. Whether a *surface* works is also a
 * workspace toggle: access = toggle on AND permission held.
 */
export const permissions = {
  'codex-local.use': {
    area: 'codex',
    label: 'Use Codex Local',
    sentence: 'Sign in with the Codex CLI, IDE extension or SDK and do model work through the gateway.',
    gates: ['codexLocalEnabled'],
  },
  'device-code.use': {
    area: 'codex',
    label: 'Sign in with a device code',
    sentence: 'Sign a Codex client on another machine in by typing its code, while the workspace allows device codes.',
    gates: ['codexLocalEnabled', 'deviceCodeEnabled'],
  },
  'access-tokens.create': {
    area: 'codex',
    label: 'Create access tokens',
    sentence: 'Create personal access tokens and API keys for own use, for example in CI.',
    gates: ['codexLocalEnabled'],
  },
  'codex-cloud.use': {
    area: 'codex',
    label: 'Use Codex cloud',
    sentence: 'Make environments, and start hosted tasks in those shared with oneself.',
    gates: ['codexCloudEnabled'],
  },
  'codex.administer': {
    area: 'administration',
    label: 'Administer Codex',
    sentence:
      'The grant of a Codex admin: analytics, policies with their order, fallback and proof, and environments. Sees members and groups, because policies are assigned to them. No power over people, roles, settings or keys.',
    includes: ['activity.read', 'members.read', 'policies.read', 'policies.write', 'environments.write', 'verify.run'],
  },
  'policies.read': {
    area: 'administration',
    label: 'See policies',
    sentence: 'See policies, their order and whom they apply to.',
  },
  'policies.write': {
    area: 'administration',
    label: 'Write and assign policies',
    sentence: 'Write, assign and delete enforced requirements.toml policies.',
    includes: ['policies.read'],
  },
  'team-config.read': {
    area: 'administration',
    label: 'See Team Config',
    sentence: 'See the bundles of the Team Config library, who subscribes to them and which repositories use them.',
  },
  'team-config.write': {
    area: 'administration',
    label: 'Manage Team Config',
    sentence:
      'Write, review, publish and delete bundles of the Team Config library, let groups have them, and bring them to connected repositories; to those with a deploy token without an account there.',
    includes: ['team-config.read', 'members.read'],
  },
  'verify.read': {
    area: 'administration',
    label: 'See what is verified',
    sentence: 'See the checks of the set-up, proofs with their evidence, and which clients are in the field.',
  },
  'verify.run': {
    area: 'administration',
    label: 'Prove enforcement',
    sentence: 'Start, stop and schedule proofs with the stock client, and install pinned clients on the server.',
    includes: ['verify.read'],
  },
  'environments.write': {
    area: 'administration',
    label: 'Manage environments',
    sentence: 'Change and delete every cloud environment, whoever made it.',
    gates: ['codexCloudEnabled'],
    includes: ['codex-cloud.use'],
  },
  'members.read': {
    area: 'people',
    label: 'See members and groups',
    sentence: 'See members, their groups and roles, and which policy applies to each.',
  },
  'members.write': {
    area: 'people',
    label: 'Manage members',
    sentence: 'Invite, suspend, reactivate and remove members.',
    includes: ['members.read'],
  },
  'groups.write': {
    area: 'people',
    label: 'Manage groups',
    sentence: 'Create, rename and delete groups and change who is in them.',
    includes: ['members.read'],
  },
  'roles.read': { area: 'people', label: 'See roles', sentence: 'See roles, what they grant and who has them.' },
  'roles.write': {
    area: 'people',
    label: 'Manage roles',
    sentence: 'Write roles and give them to members and groups, never more than one holds oneself.',
    includes: ['roles.read', 'members.read'],
  },
  'settings.read': {
    area: 'workspace',
    label: 'See settings',
    sentence: 'See the workspace settings and which Codex surfaces are on.',
  },
  'settings.write': {
    area: 'workspace',
    label: 'Manage settings',
    sentence: 'Turn Codex surfaces on and off and change how the gateway treats clients.',
    includes: ['settings.read'],
  },
  'sign-in.write': {
    area: 'workspace',
    label: 'Manage sign-in',
    sentence: 'Set up single sign-on, provisioning (SCIM) and the rules for a second factor.',
    includes: ['settings.read'],
  },
  'models.read': {
    area: 'workspace',
    label: 'See models',
    sentence: 'See the allowed models and the upstream they are served from.',
  },
  'models.write': {
    area: 'workspace',
    label: 'Manage models',
    sentence: 'Set the upstream, its key, the allowed models and their prices.',
    includes: ['models.read'],
  },
  'access-tokens.manage': {
    area: 'workspace',
    label: 'Manage access tokens',
    sentence: 'See and revoke the access tokens of every member.',
  },
  'keys.write': {
    area: 'workspace',
    label: 'Manage keys',
    sentence: 'Create, rotate and revoke the API keys of the workspace, never with more than one holds oneself.',
  },
  'connectors.write': {
    area: 'cloud',
    label: 'Manage connectors',
    sentence:
      'Connect GitHub and other git servers to the workspace, and choose which repositories environments may use.',
  },
  'runners.write': {
    area: 'cloud',
    label: 'Manage runners',
    sentence: 'Register, drain and remove the machines that run hosted tasks.',
  },
  'code-review.write': {
    area: 'cloud',
    label: 'Manage code review',
    sentence: 'Choose which repositories are reviewed, when and how.',
    waitsFor: waitsForReviews,
  },
  'security-scans.write': {
    area: 'cloud',
    label: 'Manage security scans',
    sentence: 'Choose which repositories are scanned and keep their threat models.',
    waitsFor: waitsForReviews,
  },
  'activity.read': {
    area: 'governance',
    label: 'View analytics',
    sentence: 'See every model call and refusal, with member, client, tokens and cost.',
  },
  'audit.read': { area: 'governance', label: 'Read the audit log', sentence: 'See who changed what, and when.' },
  'compliance.read': {
    area: 'governance',
    label: 'Read compliance logs',
    sentence: 'Export the compliance logs, content included where the workspace keeps it.',
  },
  'compliance.write': {
    area: 'governance',
    label: 'Manage compliance',
    sentence:
      'Set where compliance records are sent and how long what is kept, and hold a person’s records back from both.',
    includes: ['compliance.read'],
  },
  'compliance.delete': {
    area: 'governance',
    label: 'Delete compliance records',
    sentence: 'Erase the content of a person from the database and the sealed log files.',
  },
} as const satisfies Record<string, PermissionFacts>;

export type Permission = keyof typeof permissions;

export const allPermissions = Object.keys(permissions) as [Permission, ...Permission[]];

export const permissionFacts = (permission: Permission): PermissionFacts => permissions[permission];

/** These permissions and everything they carry with them. */
export function withIncluded(granted: Iterable<Permission>): Set<Permission> {
  const held = new Set<Permission>();
  const add = (permission: Permission) => {
    if (held.has(permission)) return;
    held.add(permission);
    for (const included of permissionFacts(permission).includes ?? []) add(included as Permission);
  };
  for (const permission of granted) add(permission);
  return held;
}

/** The one question asked at every endpoint and, to disable with a reason, by the console. */
export const can = (held: ReadonlySet<Permission> | readonly Permission[], wanted: Permission): boolean =>
  Array.isArray(held) ? held.includes(wanted) : (held as ReadonlySet<Permission>).has(wanted);
