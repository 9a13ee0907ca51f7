import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GitConnection } from '#contract/git-servers.ts';
import { formIn, type GitOrganisation, openGitOrganisation, press } from '#testing/git-organisation.ts';
import type { Person } from '#testing/organisation.ts';
import type { App, Installation, Repository } from '#testing/servers/github/world.ts';
import { gitAccountsOfPerson } from '../person-rows.ts';

let git: GitOrganisation;
let owner: Person;
let member: Person;
let connection: GitConnection;
let app: App;
let backend: Repository;
let website: Repository;
let installation: Installation;

beforeAll(async () => {
  git = await openGitOrganisation({ REEVE_EGRESS_RANGES: '203.0.113.7, 2001:db8::/64' });
  ({ owner } = git.organisation);
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  member = await git.organisation.addMember({ name: 'Grace Hopper' });
  git.github.addUser('octo-grace');
  backend = await git.github.addRepository('example/backend', { collaborators: { 'octo-grace': 'read' } });
  website = await git.github.addRepository('example/website', { isPrivate: false, defaultBranch: 'trunk' });
});
afterAll(() => git.close());

async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

const read = async () => {
  const found = (await owner.api.git.connections({})).items.find(({ id }) => id === connection.id);
  if (!found) throw new Error('the connection is gone');
  return found;
};
const events = async (event: 'git.connected' | 'git.installation-changed' | 'git.account-linked') =>
  (await owner.api.audit.list({ event })).items;
const repositories = async () => (await owner.api.git.repositories({ show: 'all' })).items;
const stateOf = async (name: string) => (await repositories()).find((each) => each.name === name)?.state;

describe('an app by manifest', () => {
  test('is posted by a page of its own, because the console may post nowhere else', async () => {
    const begun = await owner.api.git.startGithub({
      baseUrl: git.github.origin,
      organization: 'example',
      name: 'Reeve "A" & <B>',
    });
    const page = await owner.browser.get(begun.url);
    const { action, fields } = formIn(page);
    expect(action).toMatch(`${git.github.origin}/organizations/example/settings/apps/new?state=`);
    const manifest = JSON.parse(fields.manifest ?? '');
    expect(manifest).toMatchObject({
      name: 'Reeve "A" & <B>',
      public: false,
      redirect_url: `${git.reeve.origin}/git/app-made`,
      callback_urls: [`${git.reeve.origin}/git/account-linked`],
      default_permissions: { contents: 'write', metadata: 'read', pull_requests: 'write', workflows: 'write' },
      default_events: ['pull_request', 'repository'],
    });
    expect(manifest.hook_attributes.url).toMatch(new RegExp(`^${git.reeve.origin}/git/webhooks/git_[0-9a-f]{32}$`));
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['referrer-policy']).toBe('origin');
    const unknown = await owner.browser.get(`${git.reeve.origin}/git/app-form?state=unknown`);
    expect(unknown.status).toBe(410);
    expect((await member.browser.get(begun.url)).status).toBe(410);
  });

  test('is taken over once, by whoever began, with its secrets sealed', async () => {
    ({ connection, app } = await git.connect('Reeve Example'));
    expect(connection).toMatchObject({
      kind: 'github',
      name: 'Reeve Example',
      baseUrl: git.github.origin,
      appSlug: app.slug,
      state: 'waiting',
      installations: [],
      createdBy: 'Ada Lovelace',
    });
    expect(connection.webhook?.url).toBe(app.webhook?.url);
    const row = await git.reeve.services.db
      .selectFrom('git_connections')
      .selectAll()
      .where('id', '=', connection.id)
      .executeTakeFirstOrThrow();
    const [entry] = await events('git.connected');
    for (const kept of [JSON.stringify(row), JSON.stringify(entry), JSON.stringify(connection)]) {
      expect(kept).not.toContain('PRIVATE KEY');
      expect(kept).not.toContain(app.webhook?.secret);
    }
    expect(
      await git.reeve.services.db.selectFrom('git_pending').selectAll().where('purpose', '=', 'app').execute(),
    ).toHaveLength(1);
  });

  test('is not taken over by another than began it, nor twice', async () => {
    const admin = await git.organisation.addMember({ name: 'Alan Turing', role: 'admin' });
    const begun = await owner.api.git.startGithub({
      baseUrl: git.github.origin,
      organization: 'example',
      name: 'Other',
    });
    const state = new URL(begun.url).searchParams.get('state') ?? '';
    const asked = await press(owner, await owner.browser.get(begun.url));
    const answer = (await press(owner, asked)).url.searchParams;
    const code = answer.get('code') ?? '';
    expect(answer.get('state')).toBe(state);
    await expect(admin.api.git.finishGithub({ code, state })).rejects.toMatchObject({ code: 'git-link-expired' });
    // GitHub does not know such a code; what was begun can still be finished.
    await expect(owner.api.git.finishGithub({ code: 'wrong', state })).rejects.toMatchObject({
      code: 'git-server-failed',
      message: expect.stringContaining('404'),
    });
    const { id } = await owner.api.git.finishGithub({ code, state });
    await expect(owner.api.git.finishGithub({ code, state })).rejects.toMatchObject({ code: 'git-link-expired' });
    await owner.api.git.remove({ id });
    const { items } = await owner.api.git.connections({});
    expect(items.map(({ name }) => name)).toEqual(['Reeve Example']);
  });

  test.each(['http://github.example.com', 'https://169.254.169.254'])('is not begun at %s', async (baseUrl) => {
    await expect(owner.api.git.startGithub({ baseUrl, organization: null, name: 'Reeve' })).rejects.toMatchObject({
      code: 'bad-input',
    });
  });
});

describe('an installation', () => {
  test('is known when GitHub tells of it, with what it reaches', async () => {
    installation = await git.github.install(app, 'example', { repositories: [backend.id] });
    await git.work();
    expect((await read()).installations).toMatchObject([
      { account: 'example', accountKind: 'organization', selection: 'selected', state: 'active', repositories: 1 },
    ]);
    const connected = await read();
    expect(connected.state).toBe('connected');
    expect(connected.installations[0]?.missingPermissions).toEqual([]);
    expect(connected.installations[0]?.manageUrl).toBe(
      `${git.github.origin}/organizations/example/settings/installations/${installation.id}`,
    );
    expect(await repositories()).toMatchObject([
      { name: 'example/backend', isAllowed: false, isPrivate: true, defaultBranch: 'main', state: 'connected' },
    ]);
    const [entry] = await events('git.installation-changed');
    expect(entry).toMatchObject({ actor: { kind: 'system', label: 'GitHub' } });
  });

  test('follows the choice that is made on GitHub', async () => {
    await git.github.changeRepositories(installation, 'all', 'octo-ada');
    await git.work();
    expect(await stateOf('example/website')).toBe('connected');
    expect((await repositories()).find(({ name }) => name === 'example/website')).toMatchObject({
      defaultBranch: 'trunk',
      isPrivate: false,
    });
    await owner.api.git.allow({ allow: (await repositories()).map(({ id }) => id) });
    await git.github.changeRepositories(installation, [website.id], 'octo-ada');
    // Chosen here and out of reach there: it is still shown, as such.
    await git.work();
    expect(await stateOf('example/backend')).toBe('removed');
    await git.github.changeRepositories(installation, 'all', 'octo-ada');
    await git.work();
    expect(await stateOf('example/backend')).toBe('connected');
  });

  test('that is suspended keeps its repositories, which nothing can be done in', async () => {
    await git.github.suspend(installation, 'octo-ada');
    await git.work();
    expect((await read()).installations[0]?.state).toBe('suspended');
    expect(await stateOf('example/backend')).toBe('suspended');
    await git.github.unsuspend(installation, 'octo-ada');
    await git.work();
    expect((await read()).installations[0]?.state).toBe('active');
    expect(await stateOf('example/backend')).toBe('connected');
  });

  test('says which permissions it does not give', async () => {
    installation.permissions = { metadata: 'read', contents: 'read', pull_requests: 'write' };
    const { installations } = await owner.api.git.sync({ id: connection.id });
    expect(installations[0]?.missingPermissions).toEqual(['contents: write', 'workflows: write']);
    installation.permissions = app.permissions;
    expect((await owner.api.git.sync({ id: connection.id })).installations[0]?.missingPermissions).toEqual([]);
  });

  test('is asked with tokens that read metadata, are written down and revoked', async () => {
    const { items } = await owner.api.git.tokenUses({});
    expect(items[0]).toMatchObject({
      operation: 'list-repositories',
      repository: 'example/*',
      permissions: { metadata: 'read' },
    });
    expect([...git.github.world.tokens.values()].filter(({ kind }) => kind === 'installation')).toEqual([]);
    const kept = JSON.stringify(await git.reeve.services.db.selectFrom('git_token_uses').selectAll().execute());
    expect(kept).not.toMatch(/ghs_/);
  });

  test('leaves no token behind where GitHub fails half-way', async () => {
    git.github.answerNext(/\/installation\/repositories/, 503, { message: 'Down for maintenance' });
    await owner.api.git.sync({ id: connection.id });
    expect([...git.github.world.tokens.values()].filter(({ kind }) => kind === 'installation')).toEqual([]);
    await owner.api.git.sync({ id: connection.id });
  });

  test('that cannot be asked says what GitHub said, until it can', async () => {
    git.github.answerNext(/\/app\/installations$/, 503, { message: 'Down for maintenance' });
    const failing = await owner.api.git.sync({ id: connection.id });
    expect(failing).toMatchObject({ state: 'failing', problem: expect.stringContaining('Down for maintenance') });
    expect((await owner.api.git.sync({ id: connection.id })).state).toBe('connected');
  });
});

describe('repositories', () => {
  test('are chosen by whoever manages connectors, and others see what is chosen', async () => {
    const [first] = await repositories();
    await owner.api.git.allow({ refuse: (await repositories()).map(({ id }) => id) });
    expect((await owner.api.git.repositories({})).items).toEqual([]);
    expect(await owner.api.git.allow({ allow: [first?.id ?? ''] })).toEqual({ changed: 1 });
    expect(await owner.api.git.allow({ allow: [first?.id ?? ''] })).toEqual({ changed: 0 });
    expect((await member.api.git.repositories({})).items.map(({ name }) => name)).toEqual(['example/backend']);
    expect((await member.api.git.repositories({ search: 'WEB' })).items).toEqual([]);
    await expect(member.api.git.repositories({ show: 'all' })).rejects.toMatchObject({ code: 'not-permitted' });
    await expect(member.api.git.allow({ allow: [] })).rejects.toMatchObject({ code: 'not-permitted' });
    expect((await owner.api.git.repositories({ show: 'all', search: 'web%' })).items).toEqual([]);
  });

  test('of a connection cannot go while an environment uses them', async () => {
    const { db } = git.reeve.services;
    const [first] = await repositories();
    const at = new Date();
    const { workspaceId } = git.organisation;
    await db
      .insertInto('cloud_environments')
      .values({
        ...{ id: 'env_1', workspace_id: workspaceId, creator_id: null, creator_name: 'Ada', label: 'Backend' },
        ...{ settings: '{}', repository_ids: JSON.stringify([first?.id]), sharing: 'workspace', cache_salt: 'x' },
        ...{ created_at: at, updated_at: at, deleted_at: null },
      })
      .execute();
    expect((await repositories())[0]?.environments).toBe(1);
    await expect(owner.api.git.remove({ id: connection.id })).rejects.toMatchObject({ code: 'git-in-use' });
    await db.updateTable('cloud_environments').set({ deleted_at: at }).where('id', '=', 'env_1').execute();
    expect((await repositories())[0]?.environments).toBe(0);
  });
});

describe('a member’s account', () => {
  test('is linked by signing in on GitHub, with a token that is revoked at once', async () => {
    expect(await member.api.git.accounts({})).toMatchObject({ items: [], servers: [{ connectionId: connection.id }] });
    await git.link(member, connection.id, 'octo-grace');
    expect((await member.api.git.accounts({})).items).toMatchObject([
      { connectionId: connection.id, login: 'octo-grace' },
    ]);
    expect([...git.github.world.tokens.values()].filter(({ kind }) => kind === 'user')).toEqual([]);
    const person = { workspaceId: git.organisation.workspaceId, memberId: member.memberId };
    const kept = await collect(gitAccountsOfPerson.read(git.reeve.services.db, person));
    expect(kept).toMatchObject([{ login: 'octo-grace', server: git.github.origin }]);
    const [entry] = await events('git.account-linked');
    expect(entry?.payload).toMatchObject({ after: { login: 'octo-grace' } });
  });

  test('leaves no token behind where GitHub does not say who it is', async () => {
    git.github.answerNext(/\/user$/, 503, { message: 'Down for maintenance' });
    await expect(git.link(owner, connection.id, 'octo-ada')).rejects.toMatchObject({ code: 'git-server-failed' });
    expect([...git.github.world.tokens.values()].filter(({ kind }) => kind === 'user')).toEqual([]);
  });

  test('decides which repositories’ branches are told', async () => {
    const id = (await repositories()).find(({ name }) => name === 'example/backend')?.id ?? '';
    await git.github.push('example/backend', { branch: 'feature/x', files: { 'a.txt': 'a' }, by: 'octo-ada' });
    git.github.protect('example/backend', { pattern: 'main' });
    const { items } = await member.api.git.branches({ id });
    expect(items).toMatchObject([
      { name: 'main', isProtected: true },
      { name: 'feature/x', isProtected: false },
    ]);
    expect((await member.api.git.branches({ id, search: 'FEAT' })).items.map(({ name }) => name)).toEqual([
      'feature/x',
    ]);
    // Nobody linked an account here; who may read on GitHub cannot be asked.
    await expect(owner.api.git.branches({ id })).rejects.toMatchObject({ code: 'git-account-needed' });
    const other = (await repositories()).find(({ name }) => name === 'example/website')?.id ?? '';
    await expect(member.api.git.branches({ id: other })).rejects.toMatchObject({ code: 'repository-not-allowed' });
  });

  test('is one member’s only', async () => {
    await expect(git.link(owner, connection.id, 'octo-grace')).rejects.toMatchObject({ code: 'already-exists' });
    await git.link(owner, connection.id, 'octo-ada');
    expect((await owner.api.git.accounts({})).items.map(({ login }) => login)).toEqual(['octo-ada']);
  });

  test('is not linked by an address that somebody else began', async () => {
    git.github.signInAs('octo-ada');
    const { url } = await owner.api.git.startLink({ connectionId: connection.id });
    const led = await press(owner, await owner.browser.get(url), { answer: 'yes' });
    const answer = { code: led.url.searchParams.get('code') ?? '', state: led.url.searchParams.get('state') ?? '' };
    await expect(member.api.git.finishLink(answer)).rejects.toMatchObject({ code: 'git-link-expired' });
    git.reeve.setNow(new Date(Date.now() + 31 * 60_000));
    await expect(owner.api.git.finishLink(answer)).rejects.toMatchObject({ code: 'git-link-expired' });
    git.reeve.setNow(null);
  });

  test('ends when the member unlinks it', async () => {
    await member.api.git.unlink({ connectionId: connection.id });
    expect((await member.api.git.accounts({})).items).toEqual([]);
    await expect(member.api.git.unlink({ connectionId: connection.id })).rejects.toMatchObject({ code: 'not-found' });
  });
});

test('the addresses Reeve calls from are public, in the form of the vendors’ lists', async () => {
  const answer = await owner.browser.get(`${git.reeve.origin}/.well-known/reeve-egress.json`);
  expect(JSON.parse(answer.body)).toEqual({
    prefixes: [{ ipv4Prefix: '203.0.113.7/32' }, { ipv6Prefix: '2001:db8::/64' }],
  });
  expect((await owner.api.git.connections({})).egressRanges).toEqual(['203.0.113.7/32', '2001:db8::/64']);
});

test('disconnecting forgets secrets and accounts, and the repositories are gone', async () => {
  await owner.api.git.remove({ id: connection.id });
  const { db } = git.reeve.services;
  const row = await db.selectFrom('git_connections').selectAll().where('id', '=', connection.id).executeTakeFirst();
  expect(row).toMatchObject({ sealed_private_key: null, sealed_client_secret: null, sealed_webhook_secret: null });
  expect(await db.selectFrom('git_accounts').selectAll().execute()).toEqual([]);
  expect(await repositories()).toEqual([]);
  expect((await owner.api.git.connections({})).items).toEqual([]);
});
