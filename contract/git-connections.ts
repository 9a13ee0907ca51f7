import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { GitAccount, GitConnection, GitDelivery, GitRepository, GitTokenUse } from './git-servers.ts';

const tag = 'Git';
const Id = z.string().min(1).max(100);
const HttpsUrl = z
  .url({ protocol: /^https?$/, error: 'Is no https address.' })
  .max(300)
  .describe('https, except for a loopback host.');

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
  replaceSecrets: endpoint({
    method: 'PUT',
    path: '/git/connections/{id}/app-secrets',
    summary: 'Give a GitHub App’s connection the secrets that were renewed on GitHub',
    ...manages,
    audit: 'git.app-secrets-replaced',
  })
    .input(
      z
        .object({
          id: Id,
          privateKey: z.string().trim().min(1).max(20_000).optional().describe('In PEM, as GitHub gives it out.'),
          clientSecret: z.string().trim().min(1).max(500).optional(),
          webhookSecret: z.string().min(1).max(500).optional(),
          formerSecretHours: z
            .int()
            .min(0)
            .max(168)
            .default(24)
            .describe('For how long the former webhook secret is taken as well.'),
        })
        .refine(({ privateKey, clientSecret, webhookSecret }) => privateKey || clientSecret || webhookSecret, {
          error: 'Give at least one secret.',
          path: ['privateKey'],
        }),
    )
    .output(GitConnection),
  retryDeliveries: endpoint({
    method: 'POST',
    path: '/git/connections/{id}/deliveries/retry',
    summary: 'Work again on webhook deliveries that failed',
    ...manages,
    audit: 'git.deliveries-retried',
  })
    .input(
      z.object({
        id: Id,
        deliveryIds: z.array(Id).min(1).max(200).optional().describe('Left out: all that failed.'),
      }),
    )
    .output(z.object({ retried: z.array(Id).describe('The newest 1000 of them, where there are more.') })),
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
    .input(z.object({ id: Id, show: z.enum(['all', 'failed']).default('all') }))
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
