import { tryGroups } from '#server/policies/index.ts';
import { listBelowMinimum } from '#server/verify/index.ts';
import { counted } from '../counted.ts';
import { type Check, namesOf, ok, problem, warning } from './check.ts';

const groups: Check = {
  id: 'group-policies',
  title: 'Policies apply to the members of each group',
  area: 'policies',
  path: '/policies/order',
  async look({ services, workspaceId, facts }) {
    const tried = await tryGroups(services, workspaceId);
    const { policies } = await facts();
    const empty = tried.filter(({ memberName }) => memberName === null).map(({ groupName }) => groupName);
    const reached = tried.filter(({ memberName }) => memberName !== null);
    const wrong = reached.filter(({ isAsOrdered }) => !isAsOrdered).map(({ groupName }) => groupName);
    const without = reached.filter(({ hasPolicy }) => !hasPolicy).map(({ groupName }) => groupName);
    const found: [string, string | number | null][] = [
      ['Groups', tried.length],
      ['Tried for a real member', reached.length],
      ['Groups without an active member', empty.length === 0 ? null : namesOf(empty)],
      ['Members without any policy', policies.membersWithoutPolicy],
    ];
    if (wrong.length > 0)
      return problem(
        `Members of ${namesOf(wrong)} would be handed something else than the order says.`,
        'Run the check again in a minute; if it stays, restart the server and report it.',
        found,
      );
    if (without.length > 0)
      return problem(
        `No policy applies to members of ${namesOf(without)}: nothing is enforced on them.`,
        'Put the group into the order, or choose a fallback policy.',
        found,
      );
    if (policies.membersWithoutPolicy > 0)
      return problem(
        `No policy applies to ${counted(policies.membersWithoutPolicy, 'active member')}.`,
        'Choose a fallback policy.',
        found,
      );
    if (tried.length === 0) return ok('There are no groups; the fallback applies to everybody.', found);
    const remark =
      empty.length === 0 ? '' : ` ${counted(empty.length, 'group has', 'groups have')} nobody: ${namesOf(empty)}.`;
    return ok(
      `For ${reached.length} of ${counted(tried.length, 'group')} the delivery was tried for a real member: each gets what the order says.${remark}`,
      found,
    );
  },
};

const delivery: Check = {
  id: 'policy-reach',
  title: 'Clients have what applies to them',
  area: 'policies',
  path: '/policies/delivery',
  async look({ facts }) {
    const { policies, people } = await facts();
    const found: [string, number][] = [
      ['Active members', people.activeMembers],
      ['Have what applies', policies.membersReached],
    ];
    if (policies.membersReached === 0)
      return warning('No client has fetched a policy yet.', 'Connect a client.', found);
    return ok(
      `The clients of ${policies.membersReached} of ${counted(people.activeMembers, 'active member')} have fetched what applies to them.`,
      found,
    );
  },
};

const versions: Check = {
  id: 'client-versions',
  title: 'Clients are new enough',
  area: 'policies',
  path: '/verify/estate',
  async look({ services, workspaceId, now }) {
    const { minimum, from, names, members } = await listBelowMinimum(services, workspaceId);
    const facts: [string, string | number | null][] = [
      ['Minimum', minimum ?? 'none'],
      ['From', from],
      ['Members seen', members],
      ['Below', names.length],
    ];
    if (minimum === null)
      return ok('No minimum version is set: every client that can carry the policy may call.', facts);
    if (names.length === 0) return ok(`Nobody seen in the last 30 days runs a client older than ${minimum}.`, facts);
    const isInForce = from === null || new Date(from) <= now;
    const who = `${counted(names.length, 'member runs', 'members run')} a client older than ${minimum}: ${namesOf(names)}.`;
    return isInForce
      ? warning(`${who} The gateway refuses their calls.`, 'Help them to update.', facts)
      : warning(`${who} From ${from?.slice(0, 10)} on the gateway refuses their calls.`, 'Tell them to update.', facts);
  },
};

export const policyChecks: readonly Check[] = [groups, delivery, versions];
