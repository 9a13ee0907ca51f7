import { activityOfPerson } from '#server/activity/index.ts';
import { usageOfPerson } from '#server/analytics/index.ts';
import { entriesOfPerson } from '#server/audit/index.ts';
import { environmentsOfPerson, tasksOfPerson } from '#server/cloud/index.ts';
import { gitAccountsOfPerson } from '#server/connectors/index.ts';
import type { PersonRows } from '#server/db/person-rows.ts';
import { provisioningOfPerson } from '#server/directory/index.ts';
import { accessOfPerson } from '#server/identity/index.ts';
import { callsOfPerson } from '#server/models/index.ts';
import { deliveriesToPerson } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { accountsOfPerson } from '#server/sso/index.ts';
import { teamConfigOfPerson } from '#server/team-config/index.ts';
import { listClientsOf, listGroupsOf, listRolesOf, readProfile } from '../people-queries.ts';

type Read = (...input: Parameters<typeof readProfile>) => Promise<readonly Record<string, unknown>[]>;

const kind = (name: string, read: Read): PersonRows => ({
  kind: name,
  async *read(db, { workspaceId, memberId }) {
    yield* await read(db, workspaceId, memberId);
  },
});

/** Everything that is kept about a person, by kind, in the order of the files. Legal holds are left out: they are not told. */
export const personKinds = (services: Pick<Services, 'secrets'>): PersonRows[] => [
  kind('profile', readProfile),
  kind('groups', listGroupsOf),
  kind('roles', listRolesOf),
  provisioningOfPerson,
  accountsOfPerson,
  gitAccountsOfPerson,
  ...accessOfPerson,
  kind('clients', listClientsOf),
  deliveriesToPerson,
  teamConfigOfPerson,
  environmentsOfPerson,
  tasksOfPerson(services),
  activityOfPerson(services),
  callsOfPerson,
  usageOfPerson,
  entriesOfPerson,
];
