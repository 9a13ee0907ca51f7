import { can, type Permission } from '#contract/permissions.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import { type Check, namesOf, ok, problem, warning } from './check.ts';
import { listMembersWithRoles } from './queries.ts';

interface Owner {
  id: string;
  title: string;
  grant: Permission;
  /** What stands still when nobody has it. */
  without: string;
}

const owners: readonly Owner[] = [
  {
    id: 'workspace-owner',
    title: 'Somebody owns the workspace',
    grant: 'settings.write',
    without: 'Nobody can change settings or let people in.',
  },
  {
    id: 'security-owner',
    title: 'Somebody owns security',
    grant: 'sign-in.write',
    without: 'Nobody can set up single sign-on, provisioning or second factors.',
  },
  {
    id: 'analytics-owner',
    title: 'Somebody owns analytics',
    grant: 'activity.read',
    without: 'Nobody can see what Codex is used for.',
  },
];

const ownerCheck = ({ id, title, grant, without }: Owner): Check => ({
  id,
  title,
  area: 'people',
  path: '/roles',
  async look({ services, workspaceId }) {
    const members = await listMembersWithRoles(services.db, workspaceId);
    const holders = members.filter(({ held }) => can(permissionsFrom(held), grant)).map(({ name }) => name);
    const facts: [string, string | number][] = [
      ['Grant', grant],
      ['Active members who hold it', holders.length],
    ];
    const next = `Give somebody active a role that includes ${grant}.`;
    if (holders.length === 0) return problem(`No active member holds ${grant}. ${without}`, next, facts);
    const who = `${namesOf(holders)} ${holders.length === 1 ? 'holds' : 'hold'} ${grant}.`;
    if (holders.length === 1 && id === 'workspace-owner')
      return warning(`${who} If they are away, nobody else can act.`, 'Make a second person an owner.', facts);
    return ok(who, facts);
  },
});

/** Owners assigned: for each kind, somebody active really holds the grant. */
export const peopleChecks: readonly Check[] = owners.map(ownerCheck);
