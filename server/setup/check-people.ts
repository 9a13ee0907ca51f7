import { counted } from './counted.ts';
import { type Check, check } from './setup-check.ts';
import type { SetupFacts } from './setup-facts.ts';

const secondFactorFacts = {
  off: 'A stolen password is enough to get in',
  admins: 'Asked of everybody who may do more than use Codex',
  everyone: 'Asked of everybody',
};

const defaultFact = ({ defaultRole }: SetupFacts['signIn']): string =>
  defaultRole === null ? 'whoever has none may do nothing' : `whoever has none has “${defaultRole}”`;

function signOnFact({ enabledConnections, draftConnections, isSignOnRequired }: SetupFacts['signIn']): string {
  if (enabledConnections === 0)
    return draftConnections === 0
      ? 'No connection: people sign in with a password of their own'
      : `${counted(draftConnections, 'connection is', 'connections are')} begun and not enabled`;
  const connections = counted(enabledConnections, 'connection is', 'connections are');
  return `${connections} enabled, ${isSignOnRequired ? 'and required' : 'passwords work as well'}`;
}

/** Step 2: who is there, how they sign in, and who may do what. */
export const checkPeople = ({ people, signIn }: SetupFacts): Check[] => [
  check({
    id: 'second-owner',
    title: 'Name a second owner',
    path: '/members',
    isDone: people.activeOwners > 1,
    fact:
      people.activeOwners > 1
        ? `${people.activeOwners} owners`
        : 'One owner: if they are away, nobody can change settings or let people in',
  }),
  check({
    id: 'invite-members',
    title: 'Invite people',
    path: '/members',
    isDone: people.activeMembers > 1,
    fact: `${counted(people.activeMembers, 'active member')}, ${people.invitedMembers} invited`,
  }),
  check({
    id: 'groups',
    title: 'Sort people into groups',
    path: '/groups',
    isDone: people.groupedMembers > 0,
    fact:
      people.groups === 0
        ? 'No groups yet, so everyone gets the same policy'
        : `${counted(people.groups, 'group')} with ${counted(people.groupedMembers, 'member')}`,
  }),
  check({
    id: 'roles',
    title: 'Say who uses and who administers Codex',
    path: '/roles',
    isDone: signIn.groupsWithRole > 0,
    fact:
      signIn.groupsWithRole === 0
        ? `No group has a role; ${defaultFact(signIn)}`
        : `${counted(signIn.groupsWithRole, 'group has', 'groups have')} a role; ${defaultFact(signIn)}`,
  }),
  check({
    id: 'single-sign-on',
    title: 'Let people sign in at your identity provider',
    path: '/single-sign-on',
    isDone: signIn.enabledConnections > 0,
    fact: signOnFact(signIn),
  }),
  check({
    id: 'provisioning',
    title: 'Let people and groups arrive, and leave, by themselves',
    path: '/provisioning',
    isDone: signIn.provisionedMembers > 0,
    fact:
      signIn.provisionedMembers === 0
        ? 'SCIM is not in use: whoever leaves has to be taken out by hand'
        : `SCIM keeps ${counted(signIn.provisionedMembers, 'member')} and ${counted(signIn.provisionedGroups, 'group')}`,
  }),
  check({
    id: 'second-factor',
    title: 'Ask for a second factor',
    path: '/settings',
    isDone: signIn.secondFactorRule !== 'off',
    fact: secondFactorFacts[signIn.secondFactorRule],
  }),
];
