import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltInRole, builtInRoleNames } from '#contract/built-in-roles.ts';
import { allPermissions, type Permission, withIncluded } from '#contract/permissions.ts';
import type { ApiClient } from '#testing/own-api-client.ts';
import { openRoleTests, type RoleTests } from '#testing/role-tests.ts';
import { permissionsFrom } from './held-roles.ts';

const aRole = fc.oneof(
  fc.constantFrom(...builtInRoleNames).map((id) => ({ id: id as string, permissions: null as string[] | null })),
  fc.record({
    id: fc.constantFrom('rol_a', 'rol_b', 'rol_c'),
    permissions: fc.subarray([...allPermissions, 'of.later']),
  }),
);

describe('roles add up', () => {
  test('a further role takes nothing away, whatever the roles', () => {
    fc.assert(
      fc.property(fc.array(aRole, { minLength: 1 }), aRole, (held, more) => {
        const [before, after] = [permissionsFrom(held), permissionsFrom([...held, more])];
        expect([...before].filter((permission) => !after.has(permission))).toEqual([]);
      }),
    );
  });

  test('their order, repeats and grouping do not matter', () => {
    fc.assert(
      fc.property(fc.array(aRole), fc.infiniteStream(fc.nat()), (held, order) => {
        const shuffled = [...held, ...held].map((role) => ({ role, at: order.next().value ?? 0 }));
        const mixed = shuffled.sort((a, b) => a.at - b.at).map(({ role }) => role);
        const one = (list: typeof held) => [...permissionsFrom(list)].sort();
        expect(one(mixed)).toEqual(one(held));
        const together = held.flatMap((role) => [...permissionsFrom([role])]);
        expect([...new Set(together)].sort()).toEqual(one(held));
      }),
    );
  });
});

/** Groups 0 to 2, custom roles 0 to 2, members 0 to 2: two who conspire and somebody who does not act. */
const index = fc.nat({ max: 2 });
const somePermissions = fc.subarray([...allPermissions], { maxLength: 6 });
const anyRole = fc.oneof(
  fc.constantFrom<BuiltInRole>(...builtInRoleNames),
  index.map((at) => `rol_${at}`),
);
/** Often none: then the default role counts, which is where it is easy to get wrong. */
const someRoles = fc.oneof(fc.constant<string[]>([]), fc.array(anyRole, { maxLength: 3 }));
const someGroups = fc.oneof(fc.constant<number[]>([]), fc.subarray([0, 1, 2]));
const step = fc.record({
  by: fc.nat({ max: 1 }),
  act: fc.oneof(
    fc.record({ what: fc.constant('role' as const), at: index, permissions: somePermissions }),
    fc.record({ what: fc.constant('new-role' as const), permissions: somePermissions }),
    fc.record({ what: fc.constant('delete-role' as const), at: index }),
    fc.record({ what: fc.constant('member-roles' as const), at: index, roleIds: someRoles }),
    fc.record({ what: fc.constant('group-roles' as const), at: index, roleIds: someRoles }),
    fc.record({ what: fc.constant('default' as const), roleId: fc.option(anyRole) }),
    fc.record({ what: fc.constant('join' as const), at: index, member: index }),
    fc.record({ what: fc.constant('leave' as const), at: index, member: index }),
    fc.record({ what: fc.constant('delete-group' as const), at: index }),
    fc.record({ what: fc.constant('set-up' as const), at: index, member: index }),
  ),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const graph = fc.record({
  roles: fc.tuple(somePermissions, somePermissions, somePermissions),
  groupRoles: fc.tuple(someRoles, someRoles, someRoles),
  inGroups: fc.tuple(someGroups, someGroups, someGroups),
  ownRoles: fc.tuple(fc.array(index, { maxLength: 1 }), fc.array(index, { maxLength: 1 }), someRoles),
  /** What the two who conspire hold for certain. */
  powers: fc.tuple(
    fc.constantFrom<Permission[]>(['roles.write'], ['roles.write', 'groups.write'], ['codex.administer']),
    fc.constantFrom<Permission[]>(['groups.write'], ['members.write', 'groups.write'], ['codex.administer'], []),
  ),
  defaultRole: fc.option(anyRole.filter((id) => id !== 'owner')),
  steps: fc.array(step, { minLength: 3, maxLength: 10 }),
});
type Graph = typeof graph extends fc.Arbitrary<infer Value> ? Value : never;

describe('nobody climbs', { timeout: 240_000 }, () => {
  let tests: RoleTests;
  beforeAll(async () => {
    tests = await openRoleTests();
  });
  afterAll(() => tests.close());

  async function seed({ roles, groupRoles, inGroups, ownRoles, powers, defaultRole }: Graph): Promise<string[]> {
    await tests.startOver();
    const { db } = tests.services;
    const at = new Date();
    const workspace_id = tests.workspaceId();
    const written = [
      ...roles.map((list, id) => [`rol_${id}`, list] as const),
      ...powers.map((list, id) => [`rol_power_${id}`, list] as const),
    ];
    const times = { workspace_id, created_at: at, updated_at: at };
    await db
      .insertInto('roles')
      .values(written.map(([id, list]) => ({ id, name: id, permissions: JSON.stringify(list), ...times })))
      .execute();
    for (const id of [0, 1, 2])
      await db
        .insertInto('groups')
        .values({ id: `grp_${id}`, workspace_id, name: `group ${id}`, created_at: at })
        .execute();
    const grants = groupRoles.flatMap((ids, group) =>
      [...new Set(ids)]
        .filter((id) => id !== 'owner')
        .map((role_id) => ({ workspace_id, role_id, member_id: null, group_id: `grp_${group}`, granted_at: at })),
    );
    if (grants.length > 0) await db.insertInto('role_grants').values(grants).execute();
    await db.updateTable('workspaces').set({ default_role_id: defaultRole }).where('id', '=', workspace_id).execute();
    const people: string[] = [];
    for (const [member, own] of ownRoles.entries()) {
      const ids = own.map((id) => (typeof id === 'number' ? `rol_${id}` : id));
      const power = member < 2 ? [`rol_power_${member}`] : [];
      people.push(
        await tests.member(
          `m${member}`,
          [...new Set([...ids, ...power])],
          inGroups[member]?.map((id) => `grp_${id}`),
        ),
      );
    }
    return people;
  }

  const send = (browser: ApiClient, { act }: Step, people: readonly string[], round: number) => {
    switch (act.what) {
      case 'role':
        return browser.call('PATCH', `/roles/rol_${act.at}`, { permissions: act.permissions });
      case 'new-role':
        return browser.call('POST', '/roles', { name: `new ${round}`, permissions: act.permissions });
      case 'delete-role':
        return browser.call('DELETE', `/roles/rol_${act.at}`, {});
      case 'member-roles':
        return browser.call('PUT', `/members/${people[act.at]}/roles`, { roleIds: act.roleIds });
      case 'group-roles':
        return browser.call('PUT', `/groups/grp_${act.at}/roles`, { roleIds: act.roleIds });
      case 'default':
        return browser.call('PUT', '/default-role', { roleId: act.roleId });
      case 'join':
        return browser.call('POST', `/groups/grp_${act.at}/members`, { add: [people[act.member]] });
      case 'leave':
        return browser.call('POST', `/groups/grp_${act.at}/members`, { remove: [people[act.member]] });
      case 'delete-group':
        return browser.call('DELETE', `/groups/grp_${act.at}`, {});
      case 'set-up': {
        const users = { name: `users ${round}`, memberIds: [people[act.member]] };
        return browser.call('POST', '/roles/set-up', {
          users,
          admins: { groupId: `grp_${act.at}` },
          defaultRoleId: null,
        });
      }
    }
  };

  const unionOf = async (people: readonly string[]) =>
    new Set((await Promise.all(people.map(tests.permissionsOf))).flat());
  const ownersNow = async () =>
    (await tests.services.db.selectFrom('role_grants').select('member_id').where('role_id', '=', 'owner').execute())
      .map(({ member_id }) => member_id)
      .sort();

  test('two who conspire never hold more together than before, reach no owner, and take from nobody what they lack', async () => {
    let letThrough = 0;
    const property = fc.asyncProperty(graph, async (drawn) => {
      const people = await seed(drawn);
      const gang = people.slice(0, 2);
      const bystander = people[2] ?? '';
      const before = await unionOf(gang);
      const bystanderBefore = await tests.permissionsOf(bystander);
      const owners = await ownersNow();
      const browsers = gang.map((id) => tests.as(id));
      for (const [round, one] of drawn.steps.entries()) {
        const { status } = await send(browsers[one.by] as ApiClient, one, people, round);
        expect(status, JSON.stringify(one)).toBeLessThan(500);
        if (status === 200) letThrough += 1;
      }
      const after = await unionOf(gang);
      expect([...after].filter((permission) => !before.has(permission))).toEqual([]);
      expect(await ownersNow()).toEqual(owners);
      const lostOrGained = withDifference(bystanderBefore, await tests.permissionsOf(bystander));
      expect(lostOrGained.filter((permission) => !before.has(permission))).toEqual([]);
    });
    // So many that chance evens out: a third of what is let through on average.
    await fc.assert(property, { numRuns: 120 });
    // Otherwise nothing was tried.
    expect(letThrough).toBeGreaterThan(40);
  });

  test('a Codex admin changes no role, group or member at all', async () => {
    await fc.assert(
      fc.asyncProperty(graph, async (drawn) => {
        const people = await seed({ ...drawn, powers: [[], []], ownRoles: [[], [], []], inGroups: [[], [], []] });
        const admin = await tests.member('Codex admin', ['codex-admin']);
        const browser = tests.as(admin);
        const before = await tests.permissionsOf(admin);
        for (const [round, one] of drawn.steps.entries())
          expect((await send(browser, one, people, round)).status).toBe(403);
        expect(await tests.permissionsOf(admin)).toEqual(before);
      }),
      { numRuns: 10 },
    );
  });
});

const withDifference = (one: readonly string[], other: readonly string[]): string[] => [
  ...one.filter((permission) => !other.includes(permission)),
  ...other.filter((permission) => !one.includes(permission)),
];

test('what includes something includes all that it includes in turn', () => {
  for (const permission of allPermissions) {
    const once = withIncluded([permission]);
    expect(withIncluded(once)).toEqual(once);
  }
});
