import { type BuiltInRole, builtInRoleNames, builtInRoles, isBuiltInRole } from '#contract/built-in-roles.ts';
import { allPermissions, can, type Permission, withIncluded } from '#contract/permissions.ts';
import { mayMemberCall } from '#server/http/routes.ts';
import { openCallerTrial } from '#server/models/index.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import { counted } from '../counted.ts';
import { type Check, type CheckContext, ok, problem } from './check.ts';
import { expectedAccess, listEndpoints } from './expected-access.ts';
import { listCustomRoles, listMembersWithRoles } from './queries.ts';

interface TriedRole {
  name: string;
  /** Null: a custom role. */
  builtIn: BuiltInRole | null;
  /** As it was written down, with what that carries. */
  declared: ReadonlySet<Permission>;
  /** As the resolver of a request makes it. */
  effective: ReadonlySet<Permission>;
  unknown: string[];
  /** Who holds this role and no other; null: nobody, so the role alone was resolved. */
  holder: string | null;
}

const isPermission = (name: string): name is Permission => (allPermissions as readonly string[]).includes(name);

/** Each role, resolved for a member who has it alone where there is one. */
async function resolveRoles({ services, workspaceId }: CheckContext): Promise<TriedRole[]> {
  const members = await listMembersWithRoles(services.db, workspaceId);
  const custom = await listCustomRoles(services.db, workspaceId);
  const roles = [
    ...builtInRoleNames.map((id) => ({ id, name: null, permissions: null })),
    ...custom.map(({ id, name, permissions }) => ({ id, name, permissions })),
  ];
  return roles.map((role) => {
    const holder = members.find(({ held }) => held.length === 1 && held[0]?.id === role.id);
    const written: readonly string[] = isBuiltInRole(role.id)
      ? builtInRoles[role.id].permissions
      : (role.permissions ?? []);
    return {
      name: isBuiltInRole(role.id) ? builtInRoles[role.id].name : (role.name ?? role.id),
      builtIn: isBuiltInRole(role.id) ? role.id : null,
      declared: withIncluded(written.filter(isPermission)),
      effective: permissionsFrom(holder?.held ?? [role]),
      unknown: written.filter((name) => !isPermission(name)),
      holder: holder?.name ?? null,
    };
  });
}

/** Sentences about what a role opens or refuses against what it says; empty: nothing. */
function wrongsOf(role: TriedRole, endpoints: ReturnType<typeof listEndpoints>): string[] {
  const byName = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
  const opens = (name: string): boolean => {
    const endpoint = byName.get(name);
    return endpoint !== undefined && mayMemberCall(endpoint.allow, role.effective);
  };
  const expected = role.builtIn ? expectedAccess[role.builtIn] : { opens: [], refuses: [] };
  const differs = endpoints.filter(({ allow }) => {
    const isDeclared = allow === 'anyone' || allow === 'member' || role.declared.has(allow);
    return mayMemberCall(allow, role.effective) !== isDeclared;
  });
  return [
    ...expected.opens.filter((name) => !opens(name)).map((name) => `${role.name} is refused ${name}`),
    ...expected.refuses.filter(opens).map((name) => `${role.name} may use ${name}`),
    ...differs.map(({ name }) => `${role.name} gets another answer from ${name} than its permissions say`),
    ...role.unknown.map((name) => `${role.name} holds ${name}, which this version does not know and does not grant`),
  ];
}

const roles: Check = {
  id: 'roles',
  title: 'Roles give the access they say',
  area: 'access',
  path: '/roles',
  async look(context) {
    const endpoints = listEndpoints();
    const tried = await resolveRoles(context);
    const wrongs = tried.flatMap((role) => wrongsOf(role, endpoints));
    const held = tried.filter(({ holder }) => holder !== null).length;
    const facts: [string, string | number][] = [
      ['Roles tried', tried.length],
      ['On a real member', held],
      ['Endpoints asked for each', endpoints.length],
    ];
    if (wrongs.length === 0)
      return ok(
        `${counted(tried.length, 'role was', 'roles were')} resolved as a request does, ${held} of them for a member who has it, and ${endpoints.length} endpoints asked for each: a Codex user may not read policies, a Codex admin may.`,
        facts,
      );
    return problem(
      `${wrongs.slice(0, 5).join('; ')}${wrongs.length > 5 ? `; and ${wrongs.length - 5} more` : ''}.`,
      'Edit the role, and report it if the role is a built-in one.',
      facts,
    );
  },
};

interface Toggles {
  isLocalOn: boolean;
  isCloudOn: boolean;
  apiKeysAllowed: boolean;
  oldClientsAllowed: boolean;
}
const switches = [true, false] as const;
const combinations: readonly Toggles[] = switches.flatMap((isLocalOn) =>
  switches.flatMap((isCloudOn) =>
    switches.flatMap((apiKeysAllowed) =>
      switches.map((oldClientsAllowed) => ({ isLocalOn, isCloudOn, apiKeysAllowed, oldClientsAllowed })),
    ),
  ),
);
const callers = [
  { credential: 'codex-sign-in', clientVersion: '0.169.0', kind: 'client' },
  { credential: 'codex-sign-in', clientVersion: '0.120.0', kind: 'old' },
  { credential: 'personal-access-token', clientVersion: '0.169.0', kind: 'client' },
  { credential: 'api-key', clientVersion: '0.169.0', kind: 'key' },
  { credential: 'hosted-task', clientVersion: '0.169.0', kind: 'hosted' },
] as const;

/** What has to come of a call without a policy; null: it is let in. */
function expectedAnswer(
  { isLocalOn, isCloudOn, apiKeysAllowed, oldClientsAllowed }: Toggles,
  permissions: ReadonlySet<Permission>,
  kind: (typeof callers)[number]['kind'],
): string | null {
  if (kind === 'hosted' ? !isCloudOn : !isLocalOn) return kind === 'hosted' ? 'cloud-off' : 'local-off';
  if (!can(permissions, kind === 'hosted' ? 'codex-cloud.use' : 'codex-local.use')) return 'not-permitted';
  if (kind === 'key') return apiKeysAllowed ? null : 'client-not-allowed';
  if (kind === 'old') return oldClientsAllowed ? null : 'client-not-allowed';
  return 'policy-revision-missing';
}

type Ask = Awaited<ReturnType<typeof openCallerTrial>>;

/** Puts every kind of call to the gateway's check, for each role and each position of the switches. */
export async function compareToggles(ask: Ask, tried: readonly Pick<TriedRole, 'name' | 'effective'>[]) {
  const wrongs: string[] = [];
  for (const { name, effective } of tried)
    for (const combination of combinations)
      for (const { credential, clientVersion, kind } of callers) {
        const answer = await ask({ permissions: effective, credential, clientVersion, toggles: combination });
        const expected = expectedAnswer(combination, effective, kind);
        if (answer !== expected)
          wrongs.push(
            `${name} with ${credential} ${clientVersion}: ${answer ?? 'let in'} instead of ${expected ?? 'let in'}`,
          );
      }
  return wrongs;
}

const toggles: Check = {
  id: 'toggles',
  title: 'Switches do at the gateway what they say',
  area: 'access',
  path: '/settings',
  async look(context) {
    const tried = await resolveRoles(context);
    const wrongs = await compareToggles(await openCallerTrial(context.services, context.workspaceId), tried);
    const { settings } = await context.facts();
    const facts: [string, string | number][] = [
      ['Calls tried', tried.length * combinations.length * callers.length],
      ['Codex Local', settings.codexLocalEnabled ? 'on' : 'off'],
      ['Codex cloud', settings.codexCloudEnabled ? 'on' : 'off'],
      ['API keys', settings.apiKeysAllowed ? 'allowed' : 'refused'],
      ['Clients older than 0.128', settings.oldClientsAllowed ? 'allowed' : 'refused'],
    ];
    if (wrongs.length === 0)
      return ok(
        `${facts[0]?.[1]} calls were put to the gateway’s own check: with Codex Local off every one is refused, and nobody passes without a policy, an allowed key or an allowed old client.`,
        facts,
      );
    return problem(`${wrongs.slice(0, 3).join('; ')} (${wrongs.length} in all).`, 'Report this, please.', facts);
  },
};

/** Tried, not read: the resolver of a request, the rule of every endpoint, and the gateway's check. */
export const accessChecks: readonly Check[] = [roles, toggles];
