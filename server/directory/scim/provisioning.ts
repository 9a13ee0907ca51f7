import type { z } from 'zod';
import type { provisioning } from '#contract/provisioning.ts';
import type { Actor } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { refuseBeyondOwn } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { type ChangeServices, changeDirectory } from '../change-directory.ts';
import { readGranter } from '../change-membership.ts';
import { findGroup, listRoleIdsOfGroups } from '../group-queries.ts';
import { changeGroupIn } from '../provision-groups.ts';
import { countManaged, findContact } from './contact-queries.ts';
import { scimPath } from './dialect.ts';
import { insertScimGroup } from './group-queries.ts';

type Status = z.input<NonNullable<(typeof provisioning.status)['~orpc']['outputSchema']>>;

export async function readProvisioning(
  { db, origin }: Pick<Services, 'db' | 'origin'>,
  workspaceId: string,
): Promise<Status> {
  const { users, deprovisionedUsers, groups } = await countManaged(db, workspaceId);
  const contact = await findContact(db, workspaceId);
  const { last_error: error = null, last_error_at: errorAt = null } = contact ?? {};
  return {
    baseUrl: `${origin}${scimPath}`,
    users: { active: users, deprovisioned: deprovisionedUsers },
    groups,
    lastRequestAt: contact?.last_request_at.toISOString() ?? null,
    lastError: error &&
      errorAt && {
        at: errorAt.toISOString(),
        status: error.status,
        message: error.detail,
        request: `${error.method} ${error.path}`,
      },
  };
}

/**
 * From now on the identity provider finds the group under its name and decides who is in it; roles and policies stay. Without this it
 * never gets hold of a group that people made, whatever it is called: the name alone would carry the group's roles over. That is giving
 * them, so whoever hands over holds them.
 */
export async function handOverGroup(
  services: ChangeServices,
  { workspaceId, memberId, actor }: { workspaceId: string; memberId: string; actor: Actor },
  id: string,
): Promise<void> {
  await changeDirectory(services, { workspaceId, actor, mayUnmakeOwner: false }, async (change) => {
    const group = await findGroup(change.tx, workspaceId, id);
    if (!group) throw new ReeveError('not-found');
    if (group.source === 'scim')
      throw new ReeveError('conflict', {}, { message: `The identity provider manages “${group.name}” already.` });
    await refuseBeyondOwn(change.tx, await readGranter(change, memberId), await listRoleIdsOfGroups(change.tx, [id]));
    await changeGroupIn(change, id, { source: 'scim' });
    await insertScimGroup(change.tx, { groupId: id, workspaceId, externalId: null, at: change.at });
  });
}
