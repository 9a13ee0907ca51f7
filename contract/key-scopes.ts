import { type ComplianceLogType, complianceLogTypeNames, complianceLogTypes } from './compliance.ts';
import { type Permission, withIncluded } from './permissions.ts';

interface ScopeFacts {
  label: string;
  sentence: string;
  /** A key with nothing but such scopes changes nothing. */
  isReadOnly: boolean;
  /** Which permissions of Reeve's own API a key with it has. */
  carries: readonly Permission[];
  /** What whoever makes the key has to hold, where that is not what it carries. */
  needs?: readonly Permission[];
  /** What it opens has the workspace in its address. */
  asksForWorkspaceId?: boolean;
  /** Only an owner makes or rotates a key with it. */
  isForOwners?: boolean;
  /** Set while nothing asks for it yet: what it waits for. It can be given, and takes effect when that is there. */
  waitsFor?: string;
  /** A part of what this other one allows. */
  partOf?: string;
  /** Keys that have it keep it; new ones take the one that replaced it. */
  replacedBy?: string;
}

const allLogs = 'chatgpt.enterprise.compliance_logs_platform.read';
type LogTypeScope = `chatgpt.enterprise.compliance_logs_platform.${Lowercase<ComplianceLogType>}.read`;

/** The vendor’s scope for one type of log files. */
export const scopeOfLogType = (type: ComplianceLogType): LogTypeScope =>
  `chatgpt.enterprise.compliance_logs_platform.${type.toLowerCase() as Lowercase<ComplianceLogType>}.read`;

const logTypeScope = (type: ComplianceLogType): ScopeFacts => {
  const { sentence, waitsFor }: { sentence: string; waitsFor?: string } = complianceLogTypes[type];
  return {
    label: `Read ${type}`,
    sentence,
    isReadOnly: true,
    carries: [],
    needs: ['compliance.read'],
    isForOwners: true,
    partOf: allLogs,
    ...(waitsFor !== undefined && { waitsFor: `Reeve has no ${waitsFor} yet: there are no such files.` }),
  };
};
const logTypeScopes = Object.fromEntries(
  complianceLogTypeNames.map((type) => [scopeOfLogType(type), logTypeScope(type)]),
) as Record<LogTypeScope, ScopeFacts>;

/**
 * What a workspace API key may do: the union of its scopes. People and roles are read with a key and written through SCIM, so no key can
 * make anybody an owner. Keys, sign-in and models are managed by people only.
 */
export const keyScopes = {
  'codex.enterprise.analytics.read': {
    label: 'Read analytics',
    sentence:
      'The Analytics API for BI and scripts: threads, turns, tokens, credits and cost by day, member, client and model. In Reeve’s own API also every single model call.',
    isReadOnly: true,
    asksForWorkspaceId: true,
    carries: ['activity.read'],
  },
  'audit.read': {
    label: 'Read the audit log',
    sentence: 'Who changed what, and when; for example to copy it into a SIEM.',
    isReadOnly: true,
    carries: ['audit.read'],
  },
  'directory.read': {
    label: 'Read people and roles',
    sentence: 'Members, groups and roles, and which policy applies to whom.',
    isReadOnly: true,
    carries: ['members.read', 'roles.read'],
  },
  'policies.read': {
    label: 'Read policies',
    sentence: 'Policies, their order and whom they apply to.',
    isReadOnly: true,
    carries: ['policies.read'],
  },
  'team-config.read': {
    label: 'Use Team Config',
    sentence:
      'Fetch bundles, as a tar or by git, and report which repository uses which version; for example in the checks of a repository.',
    isReadOnly: false,
    carries: ['team-config.read'],
  },
  'verify.read': {
    label: 'Read what is verified',
    sentence:
      'The checks of the set-up, proofs with evidence and certificates, and clients in the field; for example for monitoring.',
    isReadOnly: true,
    carries: ['verify.read'],
  },
  'verify.run': {
    label: 'Prove enforcement',
    sentence: 'Start proofs with the stock client and read them; for `reeve prove` in a pipeline.',
    isReadOnly: false,
    carries: ['verify.run', 'policies.read'],
  },
  'settings.read': {
    label: 'Read settings',
    sentence: 'The workspace settings and the allowed models.',
    isReadOnly: true,
    carries: ['settings.read', 'models.read'],
  },
  [allLogs]: {
    label: 'Read compliance log files',
    sentence:
      'Every type of log files, with prompts and answers where the workspace keeps them. For a SIEM or an archive.',
    isReadOnly: true,
    asksForWorkspaceId: true,
    carries: ['compliance.read'],
    isForOwners: true,
  },
  ...logTypeScopes,
  'chatgpt.enterprise.compliance_export.read': {
    label: 'Read the compliance API',
    sentence: 'Everything the compliance API has: log files of every type, people, tasks and environments.',
    isReadOnly: true,
    asksForWorkspaceId: true,
    carries: ['compliance.read'],
    isForOwners: true,
  },
  'compliance.read': {
    label: 'Read compliance logs',
    sentence: 'The same, under its former name.',
    isReadOnly: true,
    carries: ['compliance.read'],
    replacedBy: 'chatgpt.enterprise.compliance_export.read',
  },
  'policies.write': {
    label: 'Write policies',
    sentence: 'Write, assign and delete policies; for example from a repository (GitOps).',
    isReadOnly: false,
    carries: ['policies.write'],
  },
  'settings.write': {
    label: 'Change settings',
    sentence: 'Turn Codex surfaces on and off, also Codex Local for everybody.',
    isReadOnly: false,
    carries: ['settings.write'],
  },
  scim: {
    label: 'Provision people (SCIM)',
    sentence: 'Create, change and deprovision members and groups at /scim/v2. Give this one to the identity provider.',
    isReadOnly: false,
    carries: [],
    needs: ['sign-in.write'],
    // It reaches the accounts of owners and groups with any role.
    isForOwners: true,
  },
  'chatgpt.enterprise.compliance_export.delete': {
    label: 'Delete through the compliance API',
    sentence: 'Delete tasks and environments with everything in them.',
    isReadOnly: false,
    // Erasing a person asks for a second factor, which no key has.
    carries: [],
    needs: ['compliance.delete'],
    isForOwners: true,
  },
  'compliance.delete': {
    label: 'Delete compliance records',
    sentence: 'The same, under its former name.',
    isReadOnly: false,
    carries: [],
    needs: ['compliance.delete'],
    replacedBy: 'chatgpt.enterprise.compliance_export.delete',
  },
} as const satisfies Record<string, ScopeFacts>;

export type KeyScope = keyof typeof keyScopes;
export const allKeyScopes = Object.keys(keyScopes) as [KeyScope, ...KeyScope[]];

export const isKeyScope = (name: string): name is KeyScope => Object.hasOwn(keyScopes, name);

export const scopeFacts = (scope: KeyScope): ScopeFacts => keyScopes[scope];

/** What a key with these scopes may do in Reeve's own API. */
export const permissionsOfScopes = (scopes: Iterable<KeyScope>): ReadonlySet<Permission> =>
  withIncluded([...scopes].flatMap((scope) => scopeFacts(scope).carries));

/** The scopes with which a key reaches what needs this permission. */
export const scopesCarrying = (permission: Permission): KeyScope[] =>
  allKeyScopes.filter((scope) => permissionsOfScopes([scope]).has(permission));

/** What somebody who makes a key with this scope has to hold, and does not. */
export const missingFor = (held: ReadonlySet<Permission>, scope: KeyScope): Permission[] => {
  const { needs, carries } = scopeFacts(scope);
  return [...withIncluded(needs ?? carries)].filter((permission) => !held.has(permission));
};
