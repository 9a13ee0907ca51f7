import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { gitConsumers } from '#server/connectors/index.ts';
import { type GitOrganisation, openGitOrganisation } from '#testing/git-organisation.ts';
import type { Person } from '#testing/organisation.ts';
import { branchCommit, gitIn } from '#testing/servers/github/git-folder.ts';
import type { Repository } from '#testing/servers/github/world.ts';
import { bundlePullConsumer } from './refresh-pull-request.ts';

// Each pull request starts dozens of programs, here and at the server.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let git: GitOrganisation;
let owner: Person;
let reader: Person;
let backend: Repository;
let repositoryId: string;
let bundleId: string;

const latin = Buffer.from('# caf\xe9\n', 'latin1');
const binary = Buffer.from([0, 1, 2, 255, 254]);

beforeAll(async () => {
  git = await openGitOrganisation();
  ({ owner } = git.organisation);
  reader = await git.organisation.addMember({ name: 'Grace Hopper', role: 'admin' });
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  git.github.addUser('octo-grace');
  backend = await git.github.addRepository('example/backend', {
    files: { 'README.md': '# Backend\n', '.codex/own.md': 'Ours\n', 'AGENTS.md': 'Old words\n' },
    collaborators: { 'octo-grace': 'read' },
  });
  await git.github.addRepository('example/unchosen');
  const { connection, app } = await git.connect('Reeve Bundles');
  await git.github.install(app, 'example');
  await git.work();
  const { items } = await owner.api.git.repositories({ show: 'all' });
  repositoryId = items.find(({ name }) => name === 'example/backend')?.id ?? '';
  await owner.api.git.allow({ allow: [repositoryId] });
  await git.link(owner, connection.id, 'octo-ada');
  await git.link(reader, connection.id, 'octo-grace');
});
afterAll(() => git.close());

type Files = Parameters<typeof owner.api.teamConfig.saveDraft>[0]['files'];
async function publish(files: Files, message = 'Because.'): Promise<number> {
  const saved = await owner.api.teamConfig.saveDraft({ id: bundleId, expectedDraft: null, files });
  const expectedDraft = saved.bundle.draftVersion ?? 0;
  return (await owner.api.teamConfig.publish({ id: bundleId, expectedDraft, message })).version.number;
}
const target = (branch = 'main') => ({ id: bundleId, repositoryId, branch });
const preview = (branch?: string) => owner.api.teamConfig.previewPullRequest(target(branch));
async function open(more: { title?: string; isDraft?: boolean } = {}, branch?: string) {
  const { version, commit } = await preview(branch);
  return owner.api.teamConfig.openPullRequest({ ...target(branch), version, commit, ...more });
}
const pullOf = (number: number | null) => backend.pulls.get(number ?? 0);
const fileAt = (branch: string, path: string) => gitIn(backend.folder, ['show', `${branch}:${path}`]);
const events = async (event: 'bundle.pull-requested' | 'bundle.pull-refused') =>
  (await owner.api.audit.list({ event })).items;
const skill = '.agents/skills/deploy/SKILL.md';
const skillText = '---\nname: deploy\ndescription: Deploys.\n---\nDo it.\n';
const branch = 'reeve/team-config-backend-rules';

describe('a bundle', () => {
  test('says where it can be brought to, once a version is published', async () => {
    bundleId = (await owner.api.teamConfig.create({ name: 'Backend rules' })).bundle.id;
    expect(await owner.api.teamConfig.pullRequests({ id: bundleId })).toEqual({
      items: [],
      places: [
        {
          ...{ id: repositoryId, name: 'example/backend', defaultBranch: 'main', hasPullRequests: true },
          host: new URL(git.github.origin).host,
        },
      ],
    });
    await expect(preview()).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('published') });
    expect((await owner.api.teamConfig.pullRequestBranches({ repositoryId })).items).toEqual([
      { name: 'main', isProtected: false },
    ]);
  });

  test('shows what it would change, and becomes a pull request of just that', async () => {
    await git.github.push('example/backend', {
      branch: 'main',
      files: { 'AGENTS.md': latin.toString('latin1') },
      by: 'octo-ada',
    });
    await publish([
      { path: 'AGENTS.md', content: '# Words\n' },
      { path: skill, content: skillText },
      { path: '.agents/skills/deploy/logo.bin', content: binary.toString('base64'), encoding: 'base64' },
      { path: '.agents/skills/deploy/run.sh', content: '#!/bin/sh\n', executable: true },
    ]);
    const { changes, version, commit, existing } = await preview();
    expect({ version, existing, commit }).toEqual({
      ...{ version: 1, existing: null },
      commit: await branchCommit(backend.folder, 'main'),
    });
    expect(changes.map(({ path, before, after }) => [path, before !== null, after !== null])).toEqual([
      [skill, false, true],
      ['.agents/skills/deploy/logo.bin', false, true],
      ['.agents/skills/deploy/run.sh', false, true],
      ['.codex/reeve-bundles/backend-rules.json', false, true],
      ['AGENTS.md', true, true],
    ]);
    expect(changes[2]?.after).toMatchObject({ executable: true, content: '#!/bin/sh\n' });
    const opened = await open({ isDraft: true });
    expect(opened).toMatchObject({
      ...{ repository: 'example/backend', number: 1, base: 'main', branch, state: 'open', version: 1 },
      openedBy: 'Ada Lovelace',
    });
    expect(pullOf(1)).toMatchObject({ title: 'Team Config: Backend rules, version 1', isDraft: true });
    expect(pullOf(1)?.body).toContain('Because.');
    expect(await fileAt(branch, skill)).toBe(skillText);
    expect(await fileAt(branch, '.codex/own.md')).toBe('Ours\n');
    expect(await gitIn(backend.folder, ['ls-tree', branch, '.agents/skills/deploy/'])).toMatch(
      /100755 blob \w+\t\S*run\.sh/,
    );
    const changed = await gitIn(backend.folder, ['diff', '--name-only', 'main', branch]);
    expect(changed.trim().split('\n').sort()).toEqual(changes.map(({ path }) => path).sort());
    const [entry] = await events('bundle.pull-requested');
    expect(entry?.payload).toMatchObject({ version: 1, number: 1, into: 'main', branch, isNew: true });
  });

  test('brings the open one up to date, and takes its own former files away', async () => {
    await publish([{ path: 'AGENTS.md', content: '# Better words\n' }], 'Shorter.');
    const { existing, changes } = await preview();
    expect(existing).toMatchObject({ number: 1, version: 1 });
    // Against main, where the first version is not yet.
    expect(changes.map(({ path }) => path)).toEqual(['.codex/reeve-bundles/backend-rules.json', 'AGENTS.md']);
    expect(await open()).toMatchObject({ number: 1, version: 2, state: 'open' });
    expect(backend.pulls.size).toBe(1);
    expect(pullOf(1)).toMatchObject({ title: 'Team Config: Backend rules, version 2' });
    await expect(fileAt(branch, skill)).rejects.toThrow();
    expect((await events('bundle.pull-requested'))[0]?.payload).toMatchObject({ version: 2, isNew: false });
    expect((await owner.api.teamConfig.pullRequests({ id: bundleId })).items).toHaveLength(1);
  });

  test('is not turned to another branch while one is open', async () => {
    await git.github.push('example/backend', { branch: 'next', files: { 'a.txt': 'a' }, by: 'octo-ada' });
    await expect(open({}, 'next')).rejects.toMatchObject({
      code: 'conflict',
      message: 'Pull request 1 of this bundle goes into main and is open. Close it first, or choose that branch.',
    });
    await expect(open({}, 'nowhere')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('that was turned to another branch on GitHub is known to go there', async () => {
    const pull = pullOf(1);
    if (!pull) throw new Error('no pull request');
    pull.base = 'next';
    expect((await preview()).existing).toMatchObject({ number: 1, base: 'next' });
    await expect(open()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('goes into next and is open'),
    });
    pull.base = 'main';
    expect((await preview()).existing).toMatchObject({ base: 'main' });
  });

  test('that was merged is known to be, and nothing is left to bring', async () => {
    await git.github.mergePull('example/backend', 1, 'octo-ada');
    await git.work([...gitConsumers(git.reeve.services), bundlePullConsumer(git.reeve.services)]);
    expect((await owner.api.teamConfig.pullRequests({ id: bundleId })).items[0]?.state).toBe('merged');
    expect((await preview()).changes).toEqual([]);
    await expect(open()).rejects.toMatchObject({
      code: 'bundle-unchanged',
      message: 'main has version 2 of this bundle already: nothing would change.',
    });
    await publish([{ path: skill, content: skillText }], 'Skills alone.');
    const { changes, existing } = await preview();
    expect(existing).toBeNull();
    // Named by the marker that is there, so that it is the bundle's to take away.
    expect(changes.find(({ path }) => path === 'AGENTS.md')).toMatchObject({ after: null });
    expect(changes.map(({ path }) => path)).not.toContain('.codex/own.md');
    expect(await open({ title: 'Only the skill' })).toMatchObject({ number: 2, version: 3 });
    expect(pullOf(2)?.title).toBe('Only the skill');
  });
});

describe('what stands against it', () => {
  test('are another version by now, and nobody’s right to write', async () => {
    const seen = await preview();
    await publish([{ path: skill, content: `${skillText}Twice.\n` }]);
    const { version, commit } = seen;
    await expect(owner.api.teamConfig.openPullRequest({ ...target(), version, commit })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(reader.api.teamConfig.previewPullRequest(target())).rejects.toMatchObject({
      code: 'repository-refused',
      message: expect.stringContaining('Your account octo-grace may not write to example/backend'),
    });
    await expect(reader.api.teamConfig.openPullRequest({ ...target(), version, commit })).rejects.toMatchObject({
      code: 'repository-refused',
    });
    expect((await events('bundle.pull-refused'))[0]).toMatchObject({
      payload: { code: 'repository-refused', version, into: 'main' },
    });
    const member = await git.organisation.addMember({ name: 'Alan Turing' });
    await expect(member.api.teamConfig.pullRequests({ id: bundleId })).rejects.toMatchObject({ code: 'not-permitted' });
  });

  test('is the protection of a branch, in the server’s words', async () => {
    git.github.protect('example/backend', { pattern: 'reeve/*', mayPush: ['nobody'] });
    await expect(open()).rejects.toMatchObject({
      code: 'git-refused',
      message: expect.stringContaining('GH006: Protected branch update failed'),
    });
    expect((await events('bundle.pull-refused'))[0]?.payload).toMatchObject({ code: 'git-refused' });
    backend.protections = [];
    expect(await open()).toMatchObject({ number: 2, version: 4 });
  });

  test('is a file where the bundle has a folder', async () => {
    await git.github.push('example/backend', { branch: 'odd', files: { '.agents': 'a file\n' }, by: 'octo-ada' });
    await expect(preview('odd')).rejects.toMatchObject({
      code: 'git-refused',
      message: `The files do not fit into odd of example/backend: .agents is no folder there, and ${skill} needs one.`,
    });
  });
});

/** Something happens as soon as there is a token for this: a statement of the database. */
async function during<Result>(operation: string, statement: string, act: () => Promise<Result>): Promise<Result> {
  const { db } = git.reeve.services;
  await sql`create function meanwhile() returns trigger language plpgsql as ${sql.lit(`begin ${statement}; return null; end`)}`.execute(
    db,
  );
  await sql`create trigger meanwhile after insert on git_token_uses for each row when (new.operation = ${sql.lit(operation)}) execute function meanwhile()`.execute(
    db,
  );
  try {
    return await act();
  } finally {
    await sql`drop function meanwhile cascade`.execute(db);
  }
}

describe('what happens meanwhile', () => {
  let rules: string;
  beforeAll(() => {
    rules = bundleId;
  });
  afterAll(() => {
    bundleId = rules;
  });

  test.each([
    [
      'the member loses the permission',
      () => `delete from role_grants where member_id = '${owner.memberId}'`,
      'not-permitted',
    ],
    [
      'the repository is not chosen any more',
      () => `update git_repositories set is_allowed = false where id = '${repositoryId}'`,
      'repository-not-allowed',
    ],
  ])('stops the push when %s', async (_what, statement, code) => {
    const { db } = git.reeve.services;
    await publish([{ path: skill, content: `${skillText}${code}\n` }]);
    const grants = await db.selectFrom('role_grants').selectAll().execute();
    const before = await branchCommit(backend.folder, branch);
    try {
      await during('push', statement(), () => expect(open()).rejects.toMatchObject({ code }));
    } finally {
      await db.deleteFrom('role_grants').execute();
      await db.insertInto('role_grants').values(grants).execute();
      await owner.api.git.allow({ allow: [repositoryId] });
    }
    expect(await branchCommit(backend.folder, branch)).toBe(before);
    expect(await open()).toMatchObject({ number: 2 });
  });

  test.each([
    [
      'a newer version is published',
      'newest = newest + 1',
      'conflict',
      /^Version \d+ of this bundle is published by now, /,
    ],
    ['the bundle is deleted', 'deleted_at = now()', 'not-found', /not/],
  ])('stops the push when %s', async (_what, change, code, message) => {
    const { db } = git.reeve.services;
    const version = await publish([{ path: skill, content: `${skillText}${code}\n` }]);
    const before = await branchCommit(backend.folder, branch);
    try {
      await during('push', `update team_config_bundles set ${change} where id = '${bundleId}'`, () =>
        expect(open()).rejects.toMatchObject({ code, message: expect.stringMatching(message) }),
      );
    } finally {
      await db
        .updateTable('team_config_bundles')
        .set({ newest: version, deleted_at: null })
        .where('id', '=', bundleId)
        .execute();
    }
    expect(await branchCommit(backend.folder, branch)).toBe(before);
    expect(await open()).toMatchObject({ number: 2, version });
  });

  test('leaves what came of a newer version, where an older one was pushed before it and is written down after it', async () => {
    const version = await publish([{ path: skill, content: `${skillText}Older.\n` }]);
    const newer = `update team_config_pull_requests set version = ${version + 1}, opened_by = 'Grace Hopper' where bundle_id = '${bundleId}'`;
    await during('pull-request', newer, async () =>
      expect(await open()).toMatchObject({ number: 2, version: version + 1, openedBy: 'Grace Hopper' }),
    );
    const { items } = await owner.api.teamConfig.pullRequests({ id: bundleId });
    expect(items).toMatchObject([{ version: version + 1, openedBy: 'Grace Hopper' }]);
    expect((await events('bundle.pull-requested'))[0]?.payload).toMatchObject({ version });
    await git.reeve.services.db
      .updateTable('team_config_pull_requests')
      .set({ version })
      .where('bundle_id', '=', bundleId)
      .execute();
  });

  test.each([
    ['merged stays so', `state = 'merged'`, 'merged'],
    ['whoever asked later heard stays', `state = 'closed', checked_at = now() + interval '1 hour'`, 'closed'],
  ])('is not taken back by an answer that was asked for before: what %s', async (_what, change, state) => {
    const { db } = git.reeve.services;
    const standing = async () => (await owner.api.teamConfig.pullRequests({ id: bundleId })).items[0];
    const meanwhile = `update team_config_pull_requests set ${change} where bundle_id = '${bundleId}'`;
    const again = { state: 'open', checked_at: new Date(0) } as const;
    expect(await standing()).toMatchObject({ number: 2, state: 'open' });
    try {
      await during('read-pull-request', meanwhile, async () => expect((await preview()).existing).toBeNull());
      expect(await standing()).toMatchObject({ number: 2, state });
      await db.updateTable('team_config_pull_requests').set(again).where('bundle_id', '=', bundleId).execute();
      await publish([{ path: skill, content: `${skillText}${state}\n` }]);
      await during('pull-request', meanwhile, async () => expect(await open()).toMatchObject({ number: 2, state }));
      expect(await standing()).toMatchObject({ number: 2, state });
    } finally {
      await db.updateTable('team_config_pull_requests').set(again).where('bundle_id', '=', bundleId).execute();
    }
    expect((await preview()).existing).toMatchObject({ number: 2, state: 'open' });
  });

  test('does not keep a pull request from being opened that failed after its branch was pushed', async () => {
    bundleId = (await owner.api.teamConfig.create({ name: 'Cut off' })).bundle.id;
    const own = 'reeve/team-config-cut-off';
    await publish([{ path: 'AGENTS.md', content: 'One\n' }]);
    git.github.answerNext(/\/pulls$/, 502);
    await expect(open()).rejects.toMatchObject({ code: 'git-server-failed' });
    expect(await fileAt(own, 'AGENTS.md')).toBe('One\n');
    expect((await events('bundle.pull-refused'))[0]).toMatchObject({ payload: { code: 'git-server-failed' } });
    await git.github.push('example/backend', { branch: 'main', files: { 'moved.txt': 'on' }, by: 'octo-ada' });
    await publish([{ path: 'AGENTS.md', content: 'Two\n' }]);
    expect(await open()).toMatchObject({ number: 3, branch: own, version: 2 });
    expect(await fileAt(own, 'AGENTS.md')).toBe('Two\n');
    // Opened, and cut off before that was stored.
    await git.reeve.services.db.deleteFrom('team_config_pull_requests').where('bundle_id', '=', bundleId).execute();
    await publish([{ path: 'AGENTS.md', content: 'Three\n' }]);
    expect(await open()).toMatchObject({ number: 3, version: 3 });
    expect(pullOf(3)?.title).toBe('Team Config: Cut off, version 3');
  });

  test('is the work of somebody else on a branch of that name, which stays', async () => {
    bundleId = (await owner.api.teamConfig.create({ name: 'Taken' })).bundle.id;
    const own = 'reeve/team-config-taken';
    await publish([{ path: 'AGENTS.md', content: 'One\n' }]);
    const theirs = await git.github.push('example/backend', { branch: own, files: { a: 'a' }, by: 'octo-ada' });
    await expect(open()).rejects.toMatchObject({
      code: 'git-refused',
      message: expect.stringContaining(`Somebody else pushed to ${own}`),
    });
    expect(await branchCommit(backend.folder, own)).toBe(theirs);
  });

  test('a repository that is disconnected during the push is told of in the log all the same', async () => {
    const { items } = await owner.api.git.repositories({ show: 'all' });
    const lost = items.find(({ name }) => name === 'example/unchosen')?.id ?? '';
    await owner.api.git.allow({ allow: [lost] });
    const to = { id: bundleId, repositoryId: lost, branch: 'main' };
    const { version, commit } = await owner.api.teamConfig.previewPullRequest(to);
    await during('pull-request', `delete from git_repositories where id = '${lost}'`, () =>
      expect(owner.api.teamConfig.openPullRequest({ ...to, version, commit })).rejects.toMatchObject({
        code: 'conflict',
      }),
    );
    expect((await events('bundle.pull-requested'))[0]?.payload).toMatchObject({ repositoryId: lost, number: 1 });
  });

  test('of a repository that is not chosen any more, what GitHub tells is passed over', async () => {
    const { services } = git.reeve;
    const { workspaceId, connectionId } = await services.db
      .selectFrom('git_repositories')
      .select(['workspace_id as workspaceId', 'connection_id as connectionId'])
      .where('id', '=', repositoryId)
      .executeTakeFirstOrThrow();
    const facts = { number: 2, state: 'open' as const, updatedAt: '', branch, headSha: '', base: 'main' };
    const delivery = {
      ...{ workspaceId, connectionId, event: 'pull_request', action: 'closed', at: new Date() },
      ...{ repository: 'example/backend', repositoryId: null, installationId: null, sender: null, isCaughtUp: false },
      pullRequest: facts,
    };
    const { take } = bundlePullConsumer(services);
    await owner.api.git.allow({ refuse: [repositoryId] });
    await take(delivery);
    await owner.api.git.allow({ allow: [repositoryId] });
    git.github.answerNext(/\/pulls\/2$/, 500);
    await expect(take(delivery)).rejects.toMatchObject({ code: 'git-server-failed' });
  });
});

test('a server without pull requests gets the branch, which may go anywhere', async () => {
  git.github.addUser('payments');
  const payments = await git.github.addRepository('payments/api', { defaultBranch: 'trunk' });
  await git.github.push('payments/api', { branch: 'next', files: { 'a.txt': 'a' }, by: 'payments' });
  const token = git.github.addDeployToken('payments/api', 'write');
  const url = `${git.github.origin}/payments/api.git`;
  await owner.api.git.connectGit({ name: 'Payments', url, token });
  const { places } = await owner.api.teamConfig.pullRequests({ id: bundleId });
  const place = places.find(({ name }) => name === 'payments/api');
  expect(place).toMatchObject({ hasPullRequests: false, defaultBranch: 'trunk' });
  for (const into of ['trunk', 'next']) {
    const to = { id: bundleId, repositoryId: place?.id ?? '', branch: into };
    const { version, commit } = await owner.api.teamConfig.previewPullRequest(to);
    const pushed = await owner.api.teamConfig.openPullRequest({ ...to, version, commit });
    expect(pushed).toMatchObject({ number: null, branch, base: into, state: 'open' });
    expect(await gitIn(payments.folder, ['merge-base', into, branch])).toContain(commit);
  }
});
