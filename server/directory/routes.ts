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
  takeOverMember,
  updateMembership,
} from './change-membership.ts';
import {
  changeGroup,
  changeGroupMembers,
  createGroup,
  previewGroupDeletion,
  readGroup,
  readGroups,
  removeGroup,
  takeOverGroup,
} from './groups.ts';
import { previewImport } from './import-members.ts';
import { inviteMembers, renewInvitation } from './invite-members.ts';
import { previewLink } from './links.ts';
import {
  endMemberSession,
  endMemberSignIn,
  readMemberAccess,
  readMemberTokens,
  signMemberOut,
} from './member-access.ts';
import { countMembers, readMember, readMemberDetail, readMembers } from './read-members.ts';
import { mailImported, runImport } from './run-import.ts';
import { transferOwnership } from './transfer-ownership.ts';

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
    count: members.count.handler(({ input, context }) => countMembers(db, workspaceOf(context), input)),
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
    takeOver: members.takeOver.handler(async ({ input, context }) => {
      await takeOverMember(services, actingMember(context), input.id);
      return readMember(db, workspaceOf(context), input.id);
    }),
    transferOwnership: members.transferOwnership.handler(async ({ input, context }) => {
      await transferOwnership(services, actingMember(context), input);
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
    takeOver: groups.takeOver.handler(({ input, context }) => takeOverGroup(services, actingMember(context), input.id)),
    previewRemoval: groups.previewRemoval.handler(({ input, context }) =>
      previewGroupDeletion(db, workspaceOf(context), input.id),
    ),
    remove: groups.remove.handler(async ({ input, context }) => {
      await removeGroup(services, actingMember(context), input.id);
      return {};
    }),
    changeMembers: groups.changeMembers.handler(({ input, context }) =>
      changeGroupMembers(services, actingMember(context), input),
    ),
  };
};

const accessRoutes = (services: Services) => {
  const { access } = routes.directory;
  return {
    get: access.get.handler(({ input, context }) => readMemberAccess(services, workspaceOf(context), input.id)),
    tokens: access.tokens.handler(({ input, context }) => readMemberTokens(services, workspaceOf(context), input.id)),
    endSession: access.endSession.handler(async ({ input, context }) => {
      await endMemberSession(services, actingMember(context), input);
      return {};
    }),
    endSignIn: access.endSignIn.handler(async ({ input, context }) => {
      await endMemberSignIn(services, actingMember(context), input);
      return {};
    }),
    signOut: access.signOut.handler(({ input, context }) => signMemberOut(services, actingMember(context), input.id)),
  };
};

const importRoutes = (services: Services) => {
  const { imports } = routes.directory;
  const inviting = { ...services, mailer: createMailer(services) };
  return {
    preview: imports.preview.handler(({ input, context }) => previewImport(services, actingMember(context), input)),
    run: imports.run.handler(({ input, context }) => runImport(services, actingMember(context), input)),
    mail: imports.mail.handler(({ input, context }) => mailImported(inviting, actingMember(context), input.links)),
  };
};

export const directoryRoutes = (services: Services) => ({
  links: linkRoutes(services),
  members: memberRoutes(services),
  groups: groupRoutes(services),
  access: accessRoutes(services),
  imports: importRoutes(services),
});
