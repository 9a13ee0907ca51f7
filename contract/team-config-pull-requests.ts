import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { Branch } from './tasks.ts';
import { VersionNumber } from './team-config-bundles.ts';
import { BundleFile } from './team-config-files.ts';

const tag = 'Team Config';
const Id = z.string().min(1).max(100);
const At = z.iso.datetime();
const Commit = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/, 'Is no commit.');

/** One of a bundle and a repository. */
export const BundlePullRequest = z.object({
  id: Id,
  repositoryId: Id,
  repository: z.string().describe('`owner/name`'),
  number: z.number().int().nullable().describe('Null where the git server has no pull requests: a branch was pushed.'),
  url: z.string(),
  base: z.string().describe('The branch that it is to be merged into.'),
  branch: z.string(),
  state: z.enum(['open', 'merged', 'closed']),
  version: VersionNumber,
  openedBy: z.string(),
  createdAt: At,
  updatedAt: At,
});
export type BundlePullRequest = z.infer<typeof BundlePullRequest>;

export const BundlePlace = z.object({
  id: Id,
  name: z.string(),
  host: z.string(),
  defaultBranch: z.string(),
  hasPullRequests: z.boolean().describe('Otherwise a branch is pushed, and whoever wants it merges it.'),
});
export type BundlePlace = z.infer<typeof BundlePlace>;

const target = { id: Id, repositoryId: Id, branch: Branch.describe('That it is to be merged into.') };
const writes = { tag, allow: 'team-config.write' } as const;

/** A bundle brought to a connected repository. Beside the permission, the member's own account there decides. */
export const bundlePullRequests = {
  pullRequests: endpoint({
    method: 'GET',
    path: '/team-config/bundles/{id}/pull-requests',
    summary: 'Pull requests of a bundle, and the repositories that it can be brought to',
    ...writes,
    audit: readsOnly,
  })
    .input(z.object({ id: Id }))
    .output(z.object({ items: z.array(BundlePullRequest), places: z.array(BundlePlace) })),
  pullRequestBranches: endpoint({
    method: 'GET',
    path: '/team-config/repositories/{repositoryId}/branches',
    summary: 'Branches that a bundle can be brought to',
    ...writes,
    audit: readsOnly,
  })
    .input(z.object({ repositoryId: Id, search: z.string().max(200).optional() }))
    .output(z.object({ items: z.array(z.object({ name: z.string(), isProtected: z.boolean() })) })),
  previewPullRequest: endpoint({
    method: 'GET',
    path: '/team-config/bundles/{id}/pull-requests/preview',
    summary: 'What the newest version would change in a branch',
    ...writes,
    audit: { none: 'reads from the git server' },
  })
    .input(z.object(target))
    .output(
      z.object({
        version: VersionNumber,
        commit: Commit.describe('Of the branch, which the changes are against.'),
        changes: z.array(z.object({ path: z.string(), before: BundleFile.nullable(), after: BundleFile.nullable() })),
        existing: BundlePullRequest.nullable().describe('The open one, which would be brought up to date.'),
      }),
    ),
  openPullRequest: endpoint({
    method: 'POST',
    path: '/team-config/bundles/{id}/pull-requests',
    summary: 'Open a pull request with the newest version, or bring the open one up to date',
    ...writes,
    audit: 'bundle.pull-requested',
    orAudit: 'bundle.pull-refused',
  })
    .input(
      z.object({
        ...target,
        version: VersionNumber.describe('That was seen; a newer one by now is a `conflict`.'),
        commit: Commit.describe('That the changes were seen against.'),
        title: z.string().trim().min(1).max(250).optional(),
        body: z.string().trim().max(20_000).optional(),
        isDraft: z.boolean().default(false),
      }),
    )
    .output(BundlePullRequest),
};
