import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { Email, Password, PersonName, RoleRef, SignedIn } from './identity.ts';
import { pageInput, pageOf } from './paging.ts';

const tag = 'Members and groups';
const At = z.iso.datetime();
const Id = z.object({ id: z.string() });
const Done = z.object({});

export const MemberStatus = z.enum(['invited', 'active', 'suspended', 'deprovisioned']);

export const GroupName = z.string().trim().min(1).max(120);
export const GroupRef = z.object({ id: z.string(), name: z.string() });

export const Member = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(RoleRef).describe('Their own, not those of their groups.'),
  status: MemberStatus,
  source: z
    .enum(['manual', 'scim', 'sso'])
    .describe('Who decides about the entry: the console, SCIM, or a first single sign-on.'),
  groups: z.array(GroupRef),
  createdAt: At,
  lastActiveAt: At.nullable(),
});
export type Member = z.infer<typeof Member>;

export const SeenClient = z.object({ client: z.string(), version: z.string(), lastSeenAt: At });

export const MemberDetail = Member.extend({
  permissions: z.array(z.string()),
  policy: z.object({ id: z.string(), name: z.string(), because: z.string() }).nullable(),
  clients: z.array(SeenClient),
  invitation: z.object({ expiresAt: At }).nullable(),
});

export const Group = z.object({
  id: z.string(),
  name: GroupName,
  description: z.string(),
  source: z.enum(['manual', 'scim']),
  memberCount: z.number().int(),
  createdAt: At,
});
export type Group = z.infer<typeof Group>;

export const Invitation = z.object({
  memberId: z.string(),
  email: z.string(),
  link: z.string().describe('Single use. Shown to whoever invites; also mailed when asked and mail is set up.'),
  mailed: z.boolean(),
  expiresAt: At,
});

export const LinkPreview = z.object({
  kind: z.enum(['owner', 'invitation']),
  workspaceName: z.string().nullable(),
  email: z.string().nullable().describe('Null when the owner chooses one.'),
  name: z.string().nullable(),
  invitedBy: z.string().nullable(),
  expiresAt: At,
});

const LinkToken = z.string().min(10).max(200).describe('The secret part of a single-use link.');

export const directory = {
  links: {
    preview: endpoint({
      // Not GET: a token in an address ends up in logs and histories.
      method: 'POST',
      path: '/links/preview',
      summary: 'What a set-up or invitation link is for',
      tag,
      allow: 'anyone',
      audit: readsOnly,
    })
      .input(z.object({ token: LinkToken }))
      .output(LinkPreview),
    acceptOwner: endpoint({
      method: 'POST',
      path: '/links/owner',
      summary: 'Create the owner (and the workspace, the first time)',
      tag,
      allow: 'anyone',
      audit: 'owner-link.used',
    })
      .input(
        z.object({
          token: LinkToken,
          workspaceName: z.string().trim().min(1).max(120).optional(),
          name: PersonName,
          email: Email,
          password: Password,
        }),
      )
      .output(SignedIn),
    acceptInvitation: endpoint({
      method: 'POST',
      path: '/links/member',
      summary: 'Join the workspace',
      tag,
      allow: 'anyone',
      audit: 'member.joined',
    })
      .input(z.object({ token: LinkToken, name: PersonName, password: Password }))
      .output(SignedIn),
  },
  members: {
    list: endpoint({
      method: 'GET',
      path: '/members',
      summary: 'Members, searched and sorted',
      tag,
      allow: 'members.read',
      audit: readsOnly,
    })
      .input(
        z.object({
          ...pageInput,
          search: z.string().max(200).optional().describe('Part of a name or e-mail.'),
          status: MemberStatus.optional(),
          groupId: z.string().optional(),
          sort: z.enum(['name', 'email', 'createdAt', 'lastActiveAt']).default('name'),
          direction: z.enum(['asc', 'desc']).default('asc'),
        }),
      )
      .output(
        pageOf(Member).extend({
          counts: z.object({
            active: z.number().int(),
            invited: z.number().int(),
            suspended: z.number().int(),
            deprovisioned: z.number().int(),
          }),
        }),
      ),
    get: endpoint({
      method: 'GET',
      path: '/members/{id}',
      summary: 'Everything about one member',
      tag,
      allow: 'members.read',
      audit: readsOnly,
    })
      .input(Id)
      .output(MemberDetail),
    invite: endpoint({
      method: 'POST',
      path: '/members/invitations',
      summary: 'Invite people',
      tag,
      allow: 'members.write',
      audit: 'member.invited',
    })
      .input(
        z.object({
          people: z
            .array(z.object({ email: Email, name: PersonName.optional() }))
            .min(1)
            .max(200),
          roleIds: z
            .array(z.string())
            .max(20)
            .default([])
            .describe('Roles of their own. None: those of their groups, or the default role.'),
          groupIds: z.array(z.string()).max(50).default([]),
          sendMail: z.boolean().default(false),
        }),
      )
      .output(z.object({ invitations: z.array(Invitation) })),
    renewInvitation: endpoint({
      method: 'POST',
      path: '/members/{id}/invitation',
      summary: 'Replace an invitation link',
      tag,
      allow: 'members.write',
      audit: 'member.invitation-renewed',
    })
      .input(Id.extend({ sendMail: z.boolean().default(false) }))
      .output(Invitation),
    update: endpoint({
      method: 'PATCH',
      path: '/members/{id}',
      summary: 'Change a name',
      tag,
      allow: 'members.write',
      audit: 'member.updated',
    })
      .input(Id.extend({ name: PersonName }))
      .output(Member),
    setRoles: endpoint({
      method: 'PUT',
      path: '/members/{id}/roles',
      summary: 'Replace the roles a member has themselves',
      tag,
      allow: 'roles.write',
      audit: 'member.roles-changed',
    })
      .input(Id.extend({ roleIds: z.array(z.string()).max(20) }))
      .output(Member),
    suspend: endpoint({
      method: 'POST',
      path: '/members/{id}/suspension',
      summary: 'Suspend: sessions, tokens and running calls end',
      tag,
      allow: 'members.write',
      audit: 'member.suspended',
    })
      .input(Id)
      .output(Member),
    reactivate: endpoint({
      method: 'DELETE',
      path: '/members/{id}/suspension',
      summary: 'Let a suspended member back in',
      tag,
      allow: 'members.write',
      audit: 'member.reactivated',
    })
      .input(Id)
      .output(Member),
    remove: endpoint({
      method: 'DELETE',
      path: '/members/{id}',
      summary: 'Remove a member',
      tag,
      allow: 'members.write',
      audit: 'member.removed',
    })
      .input(Id)
      .output(Done),
  },
  groups: {
    list: endpoint({ method: 'GET', path: '/groups', summary: 'Groups', tag, allow: 'members.read', audit: readsOnly })
      .input(z.object({ ...pageInput, search: z.string().max(200).optional() }))
      .output(pageOf(Group)),
    get: endpoint({
      method: 'GET',
      path: '/groups/{id}',
      summary: 'One group',
      tag,
      allow: 'members.read',
      audit: readsOnly,
    })
      .input(Id)
      .output(Group),
    create: endpoint({
      method: 'POST',
      path: '/groups',
      summary: 'Create a group',
      tag,
      allow: 'groups.write',
      audit: 'group.created',
    })
      .input(z.object({ name: GroupName, description: z.string().max(500).default('') }))
      .output(Group),
    update: endpoint({
      method: 'PATCH',
      path: '/groups/{id}',
      summary: 'Rename or describe a group',
      tag,
      allow: 'groups.write',
      audit: 'group.updated',
    })
      .input(Id.extend({ name: GroupName.optional(), description: z.string().max(500).optional() }))
      .output(Group),
    remove: endpoint({
      method: 'DELETE',
      path: '/groups/{id}',
      summary: 'Delete a group; its policy assignments go too',
      tag,
      allow: 'groups.write',
      audit: 'group.deleted',
    })
      .input(Id)
      .output(Done),
    changeMembers: endpoint({
      method: 'POST',
      path: '/groups/{id}/members',
      summary: 'Add people to and take people out of a group',
      tag,
      allow: 'groups.write',
      audit: 'group.members-changed',
    })
      .input(
        Id.extend({
          add: z.array(z.string()).max(1000).default([]),
          remove: z.array(z.string()).max(1000).default([]),
        }),
      )
      .output(Group),
  },
};
