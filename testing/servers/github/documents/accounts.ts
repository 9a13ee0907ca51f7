import type { Account, App, Installation, Permissions, World } from '../world.ts';

export const nodeId = (kind: string, id: number): string => Buffer.from(`${kind}${id}`).toString('base64url');

/** A person, an organisation or a bot, as GitHub shows them inside other things. */
export function simpleUser({ apiUrl, origin }: World, { id, login, kind }: Account) {
  const url = `${apiUrl}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId('U', id),
    avatar_url: `${origin}/avatars/u/${id}`,
    gravatar_id: '',
    url,
    html_url: `${origin}/${kind === 'Bot' ? `apps/${login.replace('[bot]', '')}` : login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: kind,
    user_view_type: 'public',
    site_admin: false,
  };
}

export function publicUser(world: World, account: Account) {
  return {
    ...simpleUser(world, account),
    name: account.name,
    company: null,
    blog: '',
    location: null,
    email: account.email,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2024-01-01T00:00:00Z',
    updated_at: '2024-01-01T00:00:00Z',
  };
}

export function appDocument(world: World, app: App) {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    owner: simpleUser(world, app.owner),
    name: app.name,
    description: app.description,
    external_url: app.url,
    html_url: `${world.origin}/${world.apiUrl.endsWith('/api/v3') ? 'github-apps' : 'apps'}/${app.slug}`,
    created_at: app.createdAt.toISOString(),
    updated_at: app.createdAt.toISOString(),
    permissions: app.permissions,
    events: app.events,
  };
}

export function installationDocument(world: World, installation: Installation) {
  const { id, app, account, suspended } = installation;
  const settings = account.kind === 'Organization' ? `organizations/${account.login}/settings` : 'settings';
  return {
    id,
    client_id: app.clientId,
    account: simpleUser(world, account),
    repository_selection: installation.selection,
    access_tokens_url: `${world.apiUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${world.apiUrl}/installation/repositories`,
    html_url: `${world.origin}/${settings}/installations/${id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.kind,
    permissions: { metadata: 'read', ...installation.permissions } as Permissions,
    events: installation.events,
    created_at: installation.createdAt.toISOString(),
    updated_at: installation.updatedAt.toISOString(),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: suspended ? simpleUser(world, suspended.by) : null,
    suspended_at: suspended ? suspended.at.toISOString() : null,
  };
}
