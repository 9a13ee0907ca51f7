import { ReeveError } from '#server/fail.ts';
import { actorOf, callerOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from './change-access.ts';
import { explainPermissions } from './explain-permissions.ts';
import { readGroupRoles, setGroupRoles } from './group-roles.ts';
import { findMemberStatus } from './holder-queries.ts';
import { previewChange } from './preview-change.ts';
import { readHolders, readRole, readRoleChoices, readRoleDetail, readRoles } from './read-roles.ts';
import { setUpRoles } from './set-up-roles.ts';
import { changeRole, createRole, removeRole, setDefaultRole } from './write-roles.ts';

const workspaceOf = (context: RequestContext): string => callerOf(context).workspaceId;

const actingMember = (context: RequestContext): ActingMember => {
  const { workspaceId, memberId } = signedIn(context);
  return { workspaceId, memberId, actor: actorOf(context) };
};

export const rolesRoutes = (services: Services) => {
  const { db } = services;
  const of = routes.roles;
  return {
    list: of.list.handler(({ context }) => readRoles(db, workspaceOf(context))),
    choices: of.choices.handler(({ context }) => readRoleChoices(db, workspaceOf(context))),
    preview: of.preview.handler(({ input, context }) => previewChange(db, actingMember(context), input.change)),
    setUp: of.setUp.handler(({ input, context }) => setUpRoles(services, actingMember(context), input)),
    setDefault: of.setDefault.handler(async ({ input, context }) => ({
      roleId: await setDefaultRole(services, actingMember(context), input.roleId),
    })),
    create: of.create.handler(async ({ input, context }) =>
      readRole(db, workspaceOf(context), await createRole(services, actingMember(context), input)),
    ),
    get: of.get.handler(({ input, context }) => readRoleDetail(db, workspaceOf(context), input.id)),
    holders: of.holders.handler(({ input, context }) => readHolders(db, workspaceOf(context), input)),
    update: of.update.handler(async ({ input, context }) => {
      await changeRole(services, actingMember(context), input);
      return readRole(db, workspaceOf(context), input.id);
    }),
    remove: of.remove.handler(async ({ input, context }) => {
      await removeRole(services, actingMember(context), input.id);
      return {};
    }),
    ofGroup: of.ofGroup.handler(({ input, context }) => readGroupRoles(db, workspaceOf(context), input.id)),
    setOfGroup: of.setOfGroup.handler(async ({ input, context }) => {
      await setGroupRoles(services, actingMember(context), { groupId: input.id, roleIds: input.roleIds });
      return readGroupRoles(db, workspaceOf(context), input.id);
    }),
    explain: of.explain.handler(async ({ input, context }) => {
      const workspaceId = workspaceOf(context);
      if (!(await findMemberStatus(db, workspaceId, input.id))) throw new ReeveError('not-found');
      return { items: await explainPermissions(db, workspaceId, input.id) };
    }),
  };
};
