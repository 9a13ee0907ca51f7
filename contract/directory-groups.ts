import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';
import { Done, Group, GroupName, Id, tag } from './people.ts';
import { PolicyImpact } from './policy-documents.ts';

export const GroupDeletion = z.object({
  members: z.number().int().describe('People in the group, active or not.'),
  isInOrder: z.boolean().describe('Whether it has a place in the order of policies, which would go with it.'),
  policyName: z.string().nullable().describe('The policy of that place.'),
  policyImpact: PolicyImpact,
});

export const groups = {
  list: endpoint({ method: 'GET', path: '/groups', summary: 'Groups', tag, allow: 'members.read', audit: readsOnly })
    .input(
      z.object({
        ...pageInput,
        search: z.string().max(200).optional().describe('Part of the name.'),
        member: z.string().max(200).optional().describe('Part of the name or e-mail of somebody in the group.'),
        source: z.enum(['manual', 'scim']).optional(),
      }),
    )
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
  previewRemoval: endpoint({
    method: 'GET',
    path: '/groups/{id}/deletion',
    summary: 'What deleting a group would change',
    tag,
    allow: 'groups.write',
    audit: readsOnly,
  })
    .input(Id)
    .output(GroupDeletion),
  remove: endpoint({
    method: 'DELETE',
    path: '/groups/{id}',
    summary: 'Delete a group; its place in the order of policies goes too',
    tag,
    allow: 'groups.write',
    audit: 'group.deleted',
  })
    .input(Id)
    .output(Done),
  takeOver: endpoint({
    method: 'POST',
    path: '/groups/{id}/manual',
    summary: 'Manage a group by hand that came through SCIM',
    tag,
    allow: 'sign-in.write',
    audit: 'group.updated',
  })
    .input(Id)
    .output(Group),
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
};
