import { callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import { setSignInCookies } from '#server/identity/index.ts';
import { createMailer } from '#server/mail/create-mailer.ts';
import type { Services } from '#server/services.ts';
import { acceptInvitation, acceptOwnerLink, type Opener } from './accept-link.ts';
import { actingMember } from './acting-member.ts';
import {
  reactivateMember,
  removeMember,
  setMemberRoles,
  suspendMember,
  updateMembership,
} from './change-membership.ts';
import { changeGroup, changeGroupMembers, createGroup, readGroup, readGroups, removeGroup } from './groups.ts';
import { inviteMembers, renewInvitation } from './invite-members.ts';
import { previewLink } from './links.ts';
import { readMember, readMemberDetail, readMembers } from './read-members.ts';

const workspaceOf = (context: RequestContext): string => callerOf(context).workspaceId;

const openerOf = ({ ip, userAgent, member }: RequestContext): Opener => ({ ip, userAgent, replaces: member });

const linkRoutes = (services: Services) => {
  const { links } = routes.directory;
  const enter = async (context: RequestContext, accepted: { token: string; memberId: string }) => {
    await setSignInCookies(services, context.responseHeaders, accepted);
    return { state: 'signed-in' as const };
  };
  return {
    preview: links.preview.handler(({ input }) => previewLink(services, input.token)),
    acceptOwner: links.acceptOwner.handler(async ({ input, context }) =>
      enter(context, await acceptOwnerLink(services, input, openerOf(context))),
    ),
    acceptInvitation: links.acceptInvitation.handler(async ({ input, context }) =>
      enter(context, await acceptInvitation(services, input, openerOf(context))),
    ),
  };
};

const memberRoutes = (services: Services) => {
  const { members } = routes.directory;
  const { db } = services;
  const inviting = { ...services, mailer: createMailer(services) };
  return {
    list: members.list.handler(({ input, context }) => readMembers(db, workspaceOf(context), input)),
    get: members.get.handler(({ input, context }) => readMemberDetail(services, workspaceOf(context), input.id)),
    invite: members.invite.handler(async ({ input, context }) => ({
      invitations: await inviteMembers(inviting, actingMember(context), input),
    })),
    renewInvitation: members.renewInvitation.handler(({ input, context }) =>
      renewInvitation(inviting, actingMember(context), input),
    ),
    update: members.update.handler(async ({ input, context }) => {
      await updateMembership(services, actingMember(context), input);
      return readMember(db, workspaceOf(context), input.id);
    }),
    setRoles: members.setRoles.handler(async ({ input, context }) => {
      await setMemberRoles(services, actingMember(context), input);
      return readMember(db, workspaceOf(context), input.id);
    }),
    suspend: members.suspend.handler(async ({ input, context }) => {
      await suspendMember(services, actingMember(context), input.id);
      return readMember(db, workspaceOf(context), input.id);
    }),
    reactivate: members.reactivate.handler(async ({ input, context }) => {
      await reactivateMember(services, actingMember(context), input.id);
      return readMember(db, workspaceOf(context), input.id);
    }),
    remove: members.remove.handler(async ({ input, context }) => {
      await removeMember(services, actingMember(context), input.id);
      return {};
    }),
  };
};

const groupRoutes = (services: Services) => {
  const { groups } = routes.directory;
  const { db } = services;
  return {
    list: groups.list.handler(({ input, context }) => readGroups(db, workspaceOf(context), input)),
    get: groups.get.handler(({ input, context }) => readGroup(db, workspaceOf(context), input.id)),
    create: groups.create.handler(({ input, context }) => createGroup(services, actingMember(context), input)),
    update: groups.update.handler(({ input, context }) => changeGroup(services, actingMember(context), input)),
    remove: groups.remove.handler(async ({ input, context }) => {
      await removeGroup(services, actingMember(context), input.id);
      return {};
    }),
    changeMembers: groups.changeMembers.handler(({ input, context }) =>
      changeGroupMembers(services, actingMember(context), input),
    ),
  };
};

export const directoryRoutes = (services: Services) => ({
  links: linkRoutes(services),
  members: memberRoutes(services),
  groups: groupRoutes(services),
});
