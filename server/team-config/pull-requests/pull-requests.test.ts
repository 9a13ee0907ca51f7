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
