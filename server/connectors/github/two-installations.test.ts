import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GitConnection } from '#contract/git-servers.ts';
import { type GitOrganisation, openGitOrganisation } from '#testing/git-organisation.ts';
import type { App, Installation } from '#testing/servers/github/world.ts';

let git: GitOrganisation;
let connection: GitConnection;
let app: App;
let here: Installation;
let there: Installation;

beforeAll(async () => {
  git = await openGitOrganisation();
  const { owner } = git.organisation;
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  git.github.addUser('octo-alan');
  git.github.addOrganization('example-labs', { owners: ['octo-alan'] });
  const collaborators = { 'octo-ada': 'write' } as const;
  await git.github.addRepository('example/backend', { collaborators });
  const telescope = await git.github.addRepository('example-labs/telescope', { collaborators });
  await git.github.addRepository('example-labs/microscope', { collaborators });
  ({ connection, app } = await git.connect('Reeve Example'));
  // GitHub installs a private app only where it was made.
  app.isPublic = true;
  here = await git.github.install(app, 'example');
  there = await git.github.install(app, 'example-labs', { repositories: [telescope.id] });
  await git.work();
  await owner.api.git.allow({ allow: (await repositories()).map(({ id }) => id) });
  await git.link(owner, connection.id, 'octo-ada');
});
afterAll(() => git.close());

const api = () => git.organisation.owner.api;
const repositories = async () => (await api().git.repositories({ show: 'all' })).items;
const states = async () => Object.fromEntries((await repositories()).map(({ name, state }) => [name, state]));
const installations = async () =>
  Object.fromEntries(
    (await api().git.connections({})).items.flatMap((each) =>
      each.installations.map(({ account, state, selection, repositories: count }) => [
        account,
        `${state}, ${selection}: ${count}`,
      ]),
    ),
  );
const branchesOf = async (name: string) => {
  const id = (await repositories()).find((each) => each.name === name)?.id ?? '';
  return (await api().git.branches({ id })).items.map((branch) => branch.name);
};
const madeFor = (installation: Installation) =>
  git.github.requests.filter(
    ({ method, path }) => method === 'POST' && path.endsWith(`/app/installations/${installation.id}/access_tokens`),
  ).length;

test('one app reaches what each organisation chose', async () => {
  expect(await installations()).toEqual({ example: 'active, all: 1', 'example-labs': 'active, selected: 1' });
  expect(await states()).toEqual({ 'example/backend': 'connected', 'example-labs/telescope': 'connected' });
});

test('an operation’s token is of the organisation whose repository it is', async () => {
  const before = [madeFor(here), madeFor(there)] as const;
  expect(await branchesOf('example-labs/telescope')).toEqual(['main']);
  expect(madeFor(here)).toBe(before[0]);
  expect(madeFor(there)).toBeGreaterThan(before[1]);
});

test('suspended in one, the other goes on', async () => {
  await git.github.suspend(there, 'octo-alan');
  await git.work();
  expect(await states()).toEqual({ 'example/backend': 'connected', 'example-labs/telescope': 'suspended' });
  await expect(branchesOf('example-labs/telescope')).rejects.toMatchObject({
    code: 'repository-not-allowed',
    message: expect.stringContaining('suspended'),
  });
  expect(await branchesOf('example/backend')).toEqual(['main']);
  await git.github.unsuspend(there, 'octo-alan');
  await git.work();
  expect(await branchesOf('example-labs/telescope')).toEqual(['main']);
});

test('removed from one, the other goes on; installed again, what was chosen is back', async () => {
  await git.github.hooks.uninstall(there, there.account);
  await git.work();
  expect(await installations()).toMatchObject({ example: 'active, all: 1', 'example-labs': 'removed, selected: 0' });
  expect(await states()).toEqual({ 'example/backend': 'connected', 'example-labs/telescope': 'removed' });
  expect((await api().git.connections({})).items[0]?.state).toBe('connected');
  await git.github.install(app, 'example-labs');
  await git.work();
  expect(await states()).toEqual({
    'example/backend': 'connected',
    'example-labs/telescope': 'connected',
    'example-labs/microscope': 'connected',
  });
  const allowed = (await repositories()).filter(({ isAllowed }) => isAllowed).map(({ name }) => name);
  expect(allowed.sort()).toEqual(['example-labs/telescope', 'example/backend']);
});
