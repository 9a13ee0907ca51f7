import { z } from 'zod';

const Id = z.string().min(1).max(100);
const At = z.iso.datetime();

/**
 * What a fresh installation token is asked for, by operation. Each is for one repository and lasts an hour at most; only the list of
 * repositories cannot be asked with a token for one of them, so that one reads metadata alone and is revoked when the list is there.
 */
export const gitOperations = {
  'list-repositories': { permissions: { metadata: 'read' }, sentence: 'See which repositories the app may reach.' },
  'read-repository': { permissions: { contents: 'read', metadata: 'read' }, sentence: 'Look up branches.' },
  'read-permission': { permissions: { metadata: 'read' }, sentence: 'Ask what a member may do in a repository.' },
  fetch: { permissions: { contents: 'read', metadata: 'read' }, sentence: 'Fetch a repository for a task.' },
  push: { permissions: { contents: 'write', metadata: 'read' }, sentence: 'Push a branch for a pull request.' },
  'push-workflows': {
    permissions: { contents: 'write', metadata: 'read', workflows: 'write' },
    sentence: 'Push a branch that changes GitHub Actions workflows.',
  },
  'pull-request': {
    permissions: { pull_requests: 'write', metadata: 'read' },
    sentence: 'Open or change a pull request.',
  },
  'read-pull-request': {
    permissions: { pull_requests: 'read', metadata: 'read' },
    sentence: 'See where a pull request stands.',
  },
} as const satisfies Record<string, { permissions: Record<string, 'read' | 'write'>; sentence: string }>;
export type GitOperation = keyof typeof gitOperations;

export const GitInstallation = z.object({
  id: Id,
  account: z.string(),
  accountKind: z.enum(['organization', 'user']),
  selection: z.enum(['all', 'selected']),
  state: z.enum(['active', 'suspended', 'removed']),
  since: At,
  repositories: z.number().int(),
  missingPermissions: z.array(z.string()).describe('That operations need and the installation does not give.'),
  manageUrl: z.string(),
  checkedAt: At.nullable(),
});
export type GitInstallation = z.infer<typeof GitInstallation>;

export const GitConnection = z.object({
  id: Id,
  kind: z.enum(['github', 'git']),
  name: z.string(),
  baseUrl: z.string(),
  appSlug: z.string().nullable(),
  appUrl: z.string().nullable(),
  installUrl: z.string().nullable(),
  state: z.enum(['waiting', 'connected', 'failing']).describe('waiting: the app exists and is installed nowhere.'),
  problem: z.string().nullable(),
  installations: z.array(GitInstallation),
  webhook: z
    .object({
      url: z.string(),
      lastAt: At.nullable(),
      received: z.number().int(),
      refused: z.number().int(),
      failed: z.number().int().describe('That were worked on and failed: they can be tried again.'),
      formerSecretUntil: At.nullable().describe(
        'Until then deliveries that are signed with the former secret are taken.',
      ),
      caughtUpAt: At.nullable().describe('When missed deliveries were last looked for.'),
      problem: z.string().nullable(),
    })
    .nullable(),
  createdBy: z.string(),
  createdAt: At,
});
export type GitConnection = z.infer<typeof GitConnection>;

export const GitRepository = z.object({
  id: Id,
  connectionId: Id,
  installationId: Id.nullable(),
  name: z.string().describe('`owner/name`; of another git server its path.'),
  host: z.string(),
  url: z.string(),
  defaultBranch: z.string(),
  isPrivate: z.boolean(),
  isArchived: z.boolean(),
  isAllowed: z.boolean().describe('Chosen for environments.'),
  state: z.enum(['connected', 'suspended', 'removed']),
  environments: z.number().int(),
});
export type GitRepository = z.infer<typeof GitRepository>;

export const GitAccount = z.object({ connectionId: Id, login: z.string(), linkedAt: At });

/** One token that was made, without it. */
export const GitTokenUse = z.object({
  id: Id,
  at: At,
  operation: z.string(),
  repository: z.string(),
  permissions: z.record(z.string(), z.string()),
  expiresAt: At,
  forWhom: z.string(),
});
export const GitDelivery = z.object({
  id: Id,
  guid: z.string(),
  event: z.string(),
  action: z.string().nullable(),
  repository: z.string().nullable(),
  state: z.enum(['waiting', 'done', 'ignored', 'failed', 'refused']),
  problem: z.string().nullable(),
  isCaughtUp: z.boolean(),
  canRetry: z.boolean().describe('It failed, and what it says was read.'),
  tries: z.number().int(),
  dueAt: At.nullable().describe('Of a waiting one: when it is tried next.'),
  receivedAt: At,
});
