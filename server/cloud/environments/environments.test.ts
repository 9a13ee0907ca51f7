import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Environment } from '#contract/environments.ts';
import {
  type EnvironmentMember,
  type EnvironmentTests,
  openEnvironmentTests,
  plainEnvironment,
} from '#testing/environment-tests.ts';
import { seedRepository } from '#testing/seed-repository.ts';
import { environmentsPerMember, environmentsPerWorkspace } from './environment-limits.ts';
import { environmentsOfPerson } from './person-rows.ts';

let tests: EnvironmentTests;
let grace: EnvironmentMember;
let linus: EnvironmentMember;
let codexAdmin: EnvironmentMember;
beforeAll(async () => {
  tests = await openEnvironmentTests();
  grace = await tests.signIn('Grace', 'codex-user');
  linus = await tests.signIn('Linus', 'codex-user');
  codexAdmin = await tests.signIn('Margaret', 'codex-admin');
});
afterAll(() => tests.close());
beforeEach(async () => {
  await tests.services.db.deleteFrom('cloud_environments').execute();
  await tests.setCloud({ codex_cloud_enabled: true, agent_internet_allowed: false });
});

const labels = async (by: EnvironmentMember) =>
  (await by.call<{ items: Environment[] }>('GET', '/environments')).body.items.map(({ label }) => label);
const change = (by: EnvironmentMember, { id, revision, ...rest }: Environment, more: Record<string, unknown>) => {
  const settings = plainEnvironment(rest.repositoryIds, {
    label: rest.label,
    variables: rest.variables,
    sharing: rest.sharing,
    groupIds: rest.groupIds,
  });
  return by.call<Environment>('PUT', `/environments/${id}`, { ...settings, revision, ...more });
};

describe('an environment', () => {
  test('is one too many after a hundred of a member, or a thousand of the workspace', async () => {
    const { db } = tests.services;
    const { body } = await tests.make(grace);
    const copies = (count: number, creator: string | null) =>
      sql`insert into cloud_environments (id, workspace_id, creator_id, creator_name, label, settings, repository_ids, sharing, cache_salt, created_at, updated_at)
        select ${`copy_${creator ?? 'of-nobody'}_`} || n, workspace_id, ${creator}, creator_name, label, settings, repository_ids, sharing, cache_salt, created_at, updated_at
        from cloud_environments, generate_series(1, ${count}::integer) n where id = ${body.id}`.execute(db);
    await copies(environmentsPerMember - 2, body.creatorId);
    const answers = await Promise.all([tests.make(grace), tests.make(grace)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'environment-limit' });
    expect((await tests.make(linus)).status).toBe(200);
    await copies(environmentsPerWorkspace - environmentsPerMember - 1, null);
    expect(await tests.make(linus)).toMatchObject({ status: 409, body: { code: 'environment-limit' } });
    await db
      .updateTable('cloud_environments')
      .set({ deleted_at: new Date() })
      .where('creator_id', 'is', null)
      .execute();
    expect((await tests.make(linus)).status).toBe(200);
  });

  test('is made, read back as it was said, and changed; the audit log has scripts by digest and variables by name', async () => {
    const variables = [{ name: 'NODE_ENV', value: 'test-value-1' }];
    const { status, body } = await tests.make(grace, { variables, setupScript: 'npm ci\nnpm run build' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      label: 'Shop',
      creatorName: 'Grace',
      mayEdit: true,
      revision: 1,
      taskCount: 0,
      variables,
      repositories: [{ name: 'acme/shop', host: 'git.example.com', defaultBranch: 'main', state: 'connected' }],
      cache: null,
      lastTry: null,
      secrets: [],
    });
    const changed = await change(grace, body, {
      label: 'Web shop',
      variables: [{ name: 'NODE_ENV', value: 'test-value-2' }],
      setupScript: 'npm ci',
      internet: { isOn: true, preset: 'none', domains: ['*.PyPI.org'], methods: 'safe' },
    });
    expect(changed.body).toMatchObject({ label: 'Web shop', revision: 2, internet: { domains: ['pypi.org'] } });
    const [created, updated] = await tests.events(body.id);
    expect(created).toMatchObject({
      event: 'environment.created',
      payload: {
        after: {
          variables: ['NODE_ENV'],
          setupScript: { lines: 2 },
          repositories: [expect.stringContaining('acme/shop')],
        },
      },
    });
    expect(updated).toMatchObject({
      event: 'environment.updated',
      payload: {
        before: { label: 'Shop', setupScript: { lines: 2 } },
        after: { label: 'Web shop', setupScript: { lines: 1 } },
        changedValues: ['NODE_ENV'],
      },
    });
    const { after } = (updated as { payload: { after: Record<string, unknown> } }).payload;
    expect(Object.keys(after).sort()).toEqual(['internet', 'label', 'setupScript']);
    expect(JSON.stringify([created, updated])).not.toMatch(/test-value|npm/);
  });

  test('what was changed meanwhile is a conflict, and nothing is lost', async () => {
    const { body } = await tests.make(grace);
    expect((await change(grace, body, { label: 'One' })).status).toBe(200);
    expect(await change(codexAdmin, body, { label: 'Two' })).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await labels(grace)).toEqual(['One']);
  });

  test.each([
    ['a repository that nobody chose', { isAllowed: false }],
    ['an archived one', { isArchived: true }],
    ['one of a suspended installation', { installation: 'suspended' as const }],
  ])('%s is refused, but may stay where it is used', async (_, facts) => {
    const { workspaceId, services } = tests;
    const refused = await seedRepository(services.db, { workspaceId, name: 'acme/old', ...facts });
    const answer = await tests.make(grace, { repositoryIds: [refused] });
    expect(answer).toMatchObject({
      status: 403,
      body: { code: 'repository-not-allowed', data: { repository: 'acme/old' } },
    });
    const { body } = await tests.make(grace);
    await services.db
      .updateTable('cloud_environments')
      .set({ repository_ids: JSON.stringify([refused]) })
      .execute();
    expect((await change(grace, { ...body, repositoryIds: [refused] }, { label: 'Kept' })).status).toBe(200);
  });

  test('a repository of another workspace is unknown', async () => {
    const stranger = await tests.stranger();
    const { body, status } = await stranger.call('POST', '/environments', plainEnvironment([tests.repositoryId]));
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  test.each([
    [
      'a name twice',
      {
        variables: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
    ],
    ['a name that Reeve sets', { variables: [{ name: 'CODEX_HOME', value: '/x' }] }],
    [
      'an address in place of a domain',
      { internet: { isOn: true, preset: 'none', domains: ['10.0.0.1'], methods: 'all' } },
    ],
    ['groups without a group', { sharing: 'groups' }],
    ['a model that is not there', { model: 'gpt-nothing' }],
    ['more hours than the cache may live', { cacheHours: 13 }],
  ])('%s is bad input', async (_, more) => {
    const answer = await grace.call('POST', '/environments', {
      ...plainEnvironment([tests.repositoryId]),
      ...more,
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input', data: { issues: [expect.anything()] } } });
  });
});

describe('sharing', () => {
  test('private: its maker and Codex admins; groups: their members; workspace: everyone; never another workspace', async () => {
    const mine = await tests.group('Backend', [grace, linus]);
    const stranger = await tests.stranger();
    const { body } = await tests.make(grace);
    const seenBy = async () =>
      Promise.all([grace, linus, codexAdmin, tests.owner, stranger].map(async (by) => (await labels(by)).length));
    expect(await seenBy()).toEqual([1, 0, 1, 1, 0]);
    expect((await linus.call('GET', `/environments/${body.id}`)).status).toBe(404);
    const shared = await change(grace, body, { sharing: 'groups', groupIds: [mine] });
    expect(shared.body).toMatchObject({ sharing: 'groups', groupIds: [mine] });
    expect(await seenBy()).toEqual([1, 1, 1, 1, 0]);
    await tests.services.db.deleteFrom('groups').where('id', '=', mine).execute();
    expect(await seenBy()).toEqual([1, 0, 1, 1, 0]);
    const open = await change(grace, { ...shared.body, groupIds: [] }, { sharing: 'workspace' });
    expect(open.status).toBe(200);
    expect(await seenBy()).toEqual([1, 1, 1, 1, 0]);
    expect((await stranger.call('GET', `/environments/${body.id}`)).status).toBe(404);
  });

  test('a member shares with their own groups only; whoever may see groups, with any', async () => {
    const theirs = await tests.group('Finance', [linus]);
    const refused = await tests.make(grace, { sharing: 'groups', groupIds: [theirs] });
    expect(refused).toMatchObject({ status: 404, body: { data: { groupId: theirs } } });
    expect((await tests.make(codexAdmin, { sharing: 'groups', groupIds: [theirs] })).status).toBe(200);
    const groupsOf = async (by: EnvironmentMember) =>
      (await by.call<{ groups: { id: string }[] }>('GET', '/environment-options')).body.groups.map(({ id }) => id);
    expect(await groupsOf(grace)).not.toContain(theirs);
    expect(await groupsOf(linus)).toContain(theirs);
    expect(await groupsOf(codexAdmin)).toContain(theirs);
  });

  test('whoever may use one does not change it', async () => {
    const { body } = await tests.make(grace, { sharing: 'workspace' });
    expect((await linus.call<Environment>('GET', `/environments/${body.id}`)).body.mayEdit).toBe(false);
    const refused = { status: 403, body: { code: 'not-permitted', data: { permission: 'environments.write' } } };
    expect(await change(linus, body, { label: 'Mine' })).toMatchObject(refused);
    expect(await linus.call('DELETE', `/environments/${body.id}`)).toMatchObject(refused);
    expect(await linus.call('POST', `/environments/${body.id}/reset-cache`, {})).toMatchObject(refused);
    expect(await linus.call('PUT', `/environments/${body.id}/secrets/KEY`, { value: 'x' })).toMatchObject(refused);
    expect(await linus.call('DELETE', `/environments/${body.id}/secrets/KEY`)).toMatchObject(refused);
    expect((await change(codexAdmin, body, { label: 'Ours' })).status).toBe(200);
    expect((await codexAdmin.call('DELETE', `/environments/${body.id}`)).status).toBe(200);
    expect(await labels(grace)).toEqual([]);
  });

  test('a pin is each member’s own and comes first', async () => {
    await tests.make(grace, { label: 'Alpha', sharing: 'workspace' });
    const { body } = await tests.make(grace, { label: 'Beta', sharing: 'workspace' });
    for (const _ of [1, 2]) await linus.call('PUT', `/environments/${body.id}/pinned`, { isPinned: true });
    expect(await labels(linus)).toEqual(['Beta', 'Alpha']);
    expect(await labels(grace)).toEqual(['Alpha', 'Beta']);
    await linus.call('PUT', `/environments/${body.id}/pinned`, { isPinned: false });
    expect(await labels(linus)).toEqual(['Alpha', 'Beta']);
  });
});

test('a person is told which environments they made and pinned', async () => {
  const { body } = await tests.make(grace, { label: 'Mine' });
  const theirs = await tests.make(linus, { label: 'Theirs', sharing: 'workspace' });
  await grace.call('PUT', `/environments/${theirs.body.id}/pinned`, { isPinned: true });
  const person = { workspaceId: tests.workspaceId, memberId: grace.memberId };
  const told: unknown[] = [];
  for await (const row of environmentsOfPerson.read(tests.services.db, person)) told.push(row);
  expect(told).toMatchObject([
    { what: 'made', id: body.id, label: 'Mine' },
    { what: 'pinned', environment_id: theirs.body.id },
  ]);
});

test('whoever deletes one while its attempts end, and would wait for whoever waits for them, is told to do so again', async () => {
  const { body } = await tests.make(grace);
  const { db } = tests.services;
  await sql`create function lose_race() returns trigger language plpgsql as
    $$begin raise exception 'deadlock detected' using errcode = '40P01'; end$$`.execute(db);
  await sql`create trigger lose_race before update on cloud_environments for each row execute function lose_race()`.execute(
    db,
  );
  try {
    const answer = await grace.call('DELETE', `/environments/${body.id}`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
  } finally {
    await sql`drop function lose_race cascade`.execute(db);
  }
  expect((await grace.call('DELETE', `/environments/${body.id}`)).status).toBe(200);
});

describe('Codex cloud off', () => {
  test('nothing is made, changed or run; what is there is read, and deleted with its secrets, variables and scripts', async () => {
    const image = { kind: 'recipe', containerfile: 'FROM scratch' } as const;
    const { body } = await tests.make(grace, { image, variables: [{ name: 'TOKEN', value: 'in the clear' }] });
    const at = `/environments/${body.id}`;
    await grace.call('PUT', `${at}/secrets/KEY`, { value: 'hush' });
    await tests.setCloud({ codex_cloud_enabled: false });
    const off = { status: 403, body: { code: 'cloud-off' } };
    expect(await tests.make(grace)).toMatchObject(off);
    expect(await change(grace, body, { label: 'Later' })).toMatchObject(off);
    expect(await grace.call('PUT', `${at}/secrets/OTHER`, { value: 'x' })).toMatchObject(off);
    expect(await grace.call('POST', `${at}/tries`, {})).toMatchObject(off);
    expect(await labels(grace)).toEqual(['Shop']);
    expect((await grace.call('GET', '/environment-options')).body).toMatchObject({ isCloudOn: false });
    expect((await grace.call('DELETE', at)).status).toBe(200);
    expect(await tests.services.db.selectFrom('cloud_environment_secrets').select('name').execute()).toEqual([]);
    const kept = await tests.services.db.selectFrom('cloud_environments').select('settings').execute();
    expect(JSON.stringify(kept)).not.toMatch(/npm ci|TOKEN|in the clear|FROM/);
    const deleted = (await tests.events(body.id)).at(-1);
    expect(deleted).toMatchObject({ event: 'environment.deleted', payload: { secrets: ['KEY'], attempts: 0 } });
  });
});
