import { type Account, fullName, isAtLeast, type Repository, type Role, roleIn, type World } from '../world.ts';
import { nodeId, simpleUser } from './accounts.ts';

/** Names of addresses and what follows `/repos/owner/name`. */
const addresses = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
} as const;

type Addresses = Record<keyof typeof addresses, string>;

export const repositoryUrl = (world: World, repository: Repository): string =>
  `${world.apiUrl}/repos/${fullName(repository)}`;

export const repositoryPage = (world: World, repository: Repository): string =>
  `${world.origin}/${fullName(repository)}`;

export const rolePermissions = (role: Role | 'none') => ({
  admin: isAtLeast(role, 'admin'),
  maintain: isAtLeast(role, 'maintain'),
  push: isAtLeast(role, 'write'),
  triage: isAtLeast(role, 'triage'),
  pull: isAtLeast(role, 'read'),
});

export function repositoryDocument(world: World, repository: Repository, viewer: Account | null = null) {
  const { id, name, owner, createdAt, pushedAt } = repository;
  const url = repositoryUrl(world, repository);
  const page = repositoryPage(world, repository);
  const open = [...repository.pulls.values()].filter(({ state }) => state === 'open').length;
  return {
    id,
    node_id: nodeId('R', id),
    name,
    full_name: fullName(repository),
    private: repository.isPrivate,
    owner: simpleUser(world, owner),
    html_url: page,
    description: null,
    fork: false,
    url,
    ...(Object.fromEntries(Object.entries(addresses).map(([key, path]) => [key, url + path])) as Addresses),
    created_at: createdAt.toISOString(),
    updated_at: pushedAt.toISOString(),
    pushed_at: pushedAt.toISOString(),
    git_url: page.replace(/^https/, 'git').concat('.git'),
    ssh_url: `git@${new URL(world.origin).host}:${fullName(repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repository.isArchived,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.isPrivate ? 'private' : 'public',
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repository.defaultBranch,
    custom_properties: {},
    permissions: rolePermissions(viewer ? roleIn(repository, viewer) : 'none'),
  };
}

/** `GET /repos/owner/name` says two numbers more. */
export const fullRepositoryDocument = (world: World, repository: Repository) => ({
  ...repositoryDocument(world, repository),
  temp_clone_token: '',
  network_count: 0,
  subscribers_count: 0,
});

const legacy = { maintain: 'write', triage: 'read' } as const;

export function permissionDocument(world: World, repository: Repository, account: Account) {
  const role = roleIn(repository, account);
  return {
    permission: role === 'maintain' || role === 'triage' ? legacy[role] : role,
    role_name: role,
    user: { ...simpleUser(world, account), permissions: rolePermissions(role), role_name: role },
  };
}
