import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';

const tag = 'Git';
const Id = z.string().min(1).max(100);
const At = z.iso.datetime();
const HttpsUrl = z
  .url({ protocol: /^https?$/, error: 'Is no https address.' })
  .max(300)
  .describe('https, except for a loopback host.');

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
  receivedAt: At,
});

const manages = { tag, allow: 'connectors.write' } as const;

export const git = {
  connections: endpoint({
    method: 'GET',
    path: '/git/connections',
    summary: 'Git servers that are connected',
    ...manages,
    audit: readsOnly,
  }).output(z.object({ items: z.array(GitConnection), egressUrl: z.string(), egressRanges: z.array(z.string()) })),
  startGithub: endpoint({
    method: 'POST',
    path: '/git/connections/github',
    summary: 'Begin a GitHub App by manifest',
    ...manages,
    audit: { none: 'nothing is kept before GitHub answers' },
  })
    .input(
      z.object({
        baseUrl: HttpsUrl.default('https://github.com'),
        organization: z
          .string()
          .trim()
          .regex(/^[A-Za-z0-9-]{1,39}$/)
          .nullable()
          .describe('Null: an app of one’s own account.'),
        name: z.string().trim().min(1).max(34),
        isPublic: z.boolean().default(false).describe('Installable by organisations other than the one that owns it.'),
      }),
    )
    .output(
      z.object({
        url: z.string().describe('A page of Reeve that posts the manifest to GitHub, which wants it from the browser.'),
      }),
    ),
  finishGithub: endpoint({
    method: 'POST',
    path: '/git/connections/github/finish',
    summary: 'Take over the app that GitHub made',
    ...manages,
    audit: 'git.connected',
  })
    .input(z.object({ code: z.string().min(1).max(200), state: z.string().min(1).max(200) }))
    .output(GitConnection),
  connectGit: endpoint({
    method: 'POST',
    path: '/git/connections/git',
    summary: 'Connect a repository of any git server by HTTPS',
    ...manages,
    audit: 'git.connected',
  })
    .input(
      z.object({
        name: z.string().trim().min(1).max(120),
        url: HttpsUrl.describe('Of the repository, as one clones it.'),
        username: z.string().trim().max(120).default('reeve'),
        token: z.string().min(1).max(2000).describe('A deploy token; kept sealed.'),
        defaultBranch: z.string().trim().min(1).max(250).optional(),
      }),
    )
    .output(GitConnection),
  replaceToken: endpoint({
    method: 'PUT',
    path: '/git/connections/{id}/token',
    summary: 'Give a connection another deploy token',
    ...manages,
    audit: 'git.token-replaced',
  })
    .input(
      z.object({
        id: Id,
        username: z.string().trim().max(120).optional().describe('Left out: as before.'),
        token: z.string().min(1).max(2000).describe('Tried on the repository first; kept sealed.'),
      }),
    )
    .output(GitConnection),
  remove: endpoint({
    method: 'DELETE',
    path: '/git/connections/{id}',
    summary: 'Disconnect',
    ...manages,
    audit: 'git.disconnected',
  })
    .input(z.object({ id: Id }))
    .output(z.object({})),
  sync: endpoint({
    method: 'POST',
    path: '/git/connections/{id}/sync',
    summary: 'Ask the server what there is now',
    ...manages,
    audit: { none: 'reads what the git server says' },
  })
    .input(z.object({ id: Id }))
    .output(GitConnection),
  repositories: endpoint({
    method: 'GET',
    path: '/git/repositories',
    summary: 'Repositories to choose from',
    tag,
    allow: 'codex-cloud.use',
    audit: readsOnly,
  })
    .input(z.object({ search: z.string().max(200).optional(), show: z.enum(['allowed', 'all']).default('allowed') }))
    .output(z.object({ items: z.array(GitRepository) })),
  branches: endpoint({
    method: 'GET',
    path: '/git/repositories/{id}/branches',
    summary: 'Branches of a repository',
    tag,
    allow: 'codex-cloud.use',
    audit: readsOnly,
  })
    .input(z.object({ id: Id, search: z.string().max(200).optional() }))
    .output(z.object({ items: z.array(z.object({ name: z.string(), commit: z.string(), isProtected: z.boolean() })) })),
  allow: endpoint({
    method: 'PUT',
    path: '/git/repositories/allowed',
    summary: 'Choose repositories for environments',
    ...manages,
    audit: 'git.repositories-chosen',
  })
    .input(z.object({ allow: z.array(Id).max(2000).default([]), refuse: z.array(Id).max(2000).default([]) }))
    .output(z.object({ changed: z.number().int() })),
  tokenUses: endpoint({
    method: 'GET',
    path: '/git/token-uses',
    summary: 'Tokens that were made, and for what',
    ...manages,
    audit: readsOnly,
  }).output(z.object({ items: z.array(GitTokenUse) })),
  deliveries: endpoint({
    method: 'GET',
    path: '/git/connections/{id}/deliveries',
    summary: 'Webhook deliveries, newest first',
    ...manages,
    audit: readsOnly,
  })
    .input(z.object({ id: Id }))
    .output(z.object({ items: z.array(GitDelivery) })),
  accounts: endpoint({
    method: 'GET',
    path: '/git/accounts',
    summary: 'One’s own accounts on git servers',
    tag,
    allow: 'codex-cloud.use',
    audit: readsOnly,
  }).output(
    z.object({
      items: z.array(GitAccount),
      servers: z.array(z.object({ connectionId: Id, name: z.string(), host: z.string() })),
    }),
  ),
  startLink: endpoint({
    method: 'POST',
    path: '/git/accounts/start',
    summary: 'Begin to link one’s account',
    tag,
    allow: 'codex-cloud.use',
    audit: { none: 'nothing is kept before GitHub answers' },
  })
    .input(z.object({ connectionId: Id }))
    .output(z.object({ url: z.string() })),
  finishLink: endpoint({
    method: 'POST',
    path: '/git/accounts/finish',
    summary: 'Link the account that GitHub named',
    tag,
    allow: 'codex-cloud.use',
    audit: 'git.account-linked',
  })
    .input(z.object({ code: z.string().min(1).max(200), state: z.string().min(1).max(200) }))
    .output(GitAccount),
  unlink: endpoint({
    method: 'DELETE',
    path: '/git/accounts/{connectionId}',
    summary: 'Unlink one’s account',
    tag,
    allow: 'codex-cloud.use',
    audit: 'git.account-unlinked',
  })
    .input(z.object({ connectionId: Id }))
    .output(z.object({})),
};
