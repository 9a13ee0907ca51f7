import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { Email, PersonName } from './identity.ts';
import { pageInput, pageOf } from './paging.ts';
import { Done, Id, Invitation, Member, MemberDetail, MemberSource, MemberStatus, tag } from './people.ts';

export const MemberFilter = z.object({
  search: z.string().max(200).optional().describe('Part of a name, an e-mail or the name of a group.'),
  status: MemberStatus.optional(),
  source: MemberSource.optional(),
  groupId: z.string().optional(),
  grouped: z.enum(['yes', 'no']).optional().describe('Whether they are in any group.'),
  roleId: z.string().optional().describe('Who has this role by any way: their own, a group, the default.'),
});

export const members = {
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
        ...MemberFilter.shape,
        sort: z.enum(['name', 'email', 'createdAt', 'lastActiveAt']).default('name'),
        direction: z.enum(['asc', 'desc']).default('asc'),
      }),
    )
    .output(pageOf(Member)),
  count: endpoint({
    method: 'GET',
    path: '/member-counts',
    summary: 'How many members match, by status',
    tag,
    allow: 'members.read',
    audit: readsOnly,
  })
    .input(MemberFilter)
    .output(
      z.object({
        active: z.number().int(),
        invited: z.number().int(),
        suspended: z.number().int(),
        deprovisioned: z.number().int(),
        isCapped: z.boolean().describe('With a filter the first 10,000 are counted; then there are more.'),
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
    // It gives roles.
    stepUp: true,
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
    summary: 'Change a name or an e-mail address',
    tag,
    allow: 'members.write',
    audit: 'member.updated',
  })
    .input(Id.extend({ name: PersonName.optional(), email: Email.optional() }))
    .output(Member),
  setRoles: endpoint({
    method: 'PUT',
    path: '/members/{id}/roles',
    summary: 'Replace the roles a member has themselves',
    tag,
    allow: 'roles.write',
    audit: 'member.roles-changed',
    stepUp: true,
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
  takeOver: endpoint({
    method: 'POST',
    path: '/members/{id}/manual',
    summary: 'Manage a member by hand who came through SCIM',
    tag,
    allow: 'sign-in.write',
    audit: 'member.taken-over',
  })
    .input(Id)
    .output(Member),
  transferOwnership: endpoint({
    method: 'POST',
    path: '/members/{id}/ownership',
    summary: 'Hand ownership to this member and give it up: both or neither',
    tag,
    allow: 'roles.write',
    audit: 'ownership.transferred',
    stepUp: true,
  })
    .input(Id.extend({ keepRoleIds: z.array(z.string()).max(20).describe('The roles the owner of before keeps.') }))
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
};
