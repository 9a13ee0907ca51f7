import { z } from 'zod';
import { GroupName, GroupRef, MemberStatus } from './directory.ts';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';
import { allPermissions } from './permissions.ts';
import { RoleRef } from './session-state.ts';

const tag = 'Roles';
const Id = z.object({ id: z.string() });
const PermissionId = z.enum(allPermissions);
const RoleIds = z.array(z.string()).max(20);

export const RoleName = z.string().trim().min(1).max(80);
const RoleText = z.string().trim().max(500);

export const RoleUse = z.object({
  own: z.number().int().describe('Members who have it themselves.'),
  byGroup: z.number().int().describe('Members who have it by a group, each counted once.'),
  byDefault: z.number().int().describe('Members without any role, while this is the default role.'),
  groups: z.number().int().describe('Groups that give it.'),
});

export const Role = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  isBuiltIn: z.boolean().describe('Built-in roles cannot be changed.'),
  isDefault: z.boolean().describe('Members without any role have it.'),
  permissions: z.array(z.string()).describe('As ticked; what these include is not listed.'),
  use: RoleUse,
});
export type Role = z.infer<typeof Role>;

/** Without counting who has it: that takes a second or two at 100,000 members. */
export const RoleChoice = Role.omit({ use: true });
export type RoleChoice = z.infer<typeof RoleChoice>;

/** By which way somebody has a role. */
export const Way = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('own') }),
  z.object({ kind: z.literal('group'), id: z.string(), name: z.string() }),
  z.object({ kind: z.literal('default') }),
]);
export type Way = z.infer<typeof Way>;

export const RoleHolder = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  status: MemberStatus,
  ways: z.array(Way),
});
export type RoleHolder = z.infer<typeof RoleHolder>;

export const ExplainedPermission = z.object({
  permission: z.string(),
  label: z.string(),
  sentence: z.string(),
  area: z.string(),
  isHeld: z.boolean(),
  ways: z.array(
    z.object({
      role: RoleRef,
      by: Way,
      includedIn: z.string().nullable().describe('The permission of that role which includes this one.'),
    }),
  ),
  gates: z
    .array(z.object({ setting: z.string(), isOn: z.boolean() }))
    .describe('Workspace toggles that have to be on, too.'),
  waitsFor: z.string().nullable(),
});
export type ExplainedPermission = z.infer<typeof ExplainedPermission>;

/** A group of the guided set-up: one that exists, or one to make. */
const SetUpGroup = z.union([
  z.object({ groupId: z.string() }).strict(),
  z.object({ name: GroupName, memberIds: z.array(z.string()).max(1000).default([]) }).strict(),
]);
export const RoleSetUp = z.object({
  users: SetUpGroup.describe('Gets the role Codex user.'),
  admins: SetUpGroup.describe('Gets the role Codex admin.'),
  defaultRoleId: z.string().nullable(),
});
export type RoleSetUp = z.infer<typeof RoleSetUp>;

export const AccessChangeDraft = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('role'), id: z.string(), permissions: z.array(PermissionId) }),
  z.object({ kind: z.literal('deletion'), id: z.string() }),
  z.object({ kind: z.literal('member-roles'), memberId: z.string(), roleIds: RoleIds }),
  z.object({ kind: z.literal('group-roles'), groupId: z.string(), roleIds: RoleIds }),
  z.object({ kind: z.literal('default-role'), roleId: z.string().nullable() }),
  z.object({ kind: z.literal('set-up'), setUp: RoleSetUp }),
]);
export type AccessChangeDraft = z.infer<typeof AccessChangeDraft>;

const Touched = z.object({
  count: z.number().int(),
  first: z.array(z.object({ id: z.string(), name: z.string(), email: z.string() })).describe('The first 20 by name.'),
});
export type Touched = z.infer<typeof Touched>;

export const AccessChangePreview = z.object({
  members: z.number().int().describe('Active and invited members whose permissions change.'),
  permissions: z.array(
    z.object({
      permission: z.string(),
      label: z.string(),
      gain: Touched.describe('Who gets it and did not have it by any way.'),
      lose: Touched.describe('Who has it by no other way.'),
    }),
  ),
  refusal: z.string().nullable().describe('Why the caller may not do this; null when they may.'),
});
export type AccessChangePreview = z.infer<typeof AccessChangePreview>;

export const GroupRoles = z.object({ items: z.array(RoleRef) });

export const roles = {
  list: endpoint({
    method: 'GET',
    path: '/roles',
    summary: 'Built-in and custom roles, with how many have each by which way',
    tag,
    allow: 'roles.read',
    audit: readsOnly,
  }).output(z.object({ items: z.array(Role), defaultRoleId: z.string().nullable() })),
  choices: endpoint({
    method: 'GET',
    path: '/role-choices',
    summary: 'Built-in and custom roles to choose from, without counting who has them',
    tag,
    allow: 'roles.read',
    audit: readsOnly,
  }).output(z.object({ items: z.array(RoleChoice) })),
  preview: endpoint({
    method: 'POST',
    path: '/roles/preview',
    summary: 'What would change: who gains and who loses which permission',
    tag,
    allow: 'roles.write',
    audit: { none: 'changes nothing' },
  })
    .input(z.object({ change: AccessChangeDraft }))
    .output(AccessChangePreview),
  setUp: endpoint({
    method: 'POST',
    path: '/roles/set-up',
    summary: 'Set up Codex Users, Codex Admins and the default role in one step',
    tag,
    allow: 'roles.write',
    audit: 'roles.set-up',
    stepUp: true,
  })
    .input(RoleSetUp)
    .output(z.object({ users: GroupRef, admins: GroupRef })),
  setDefault: endpoint({
    method: 'PUT',
    path: '/default-role',
    summary: 'What members without any role have',
    tag,
    allow: 'roles.write',
    audit: 'roles.default-changed',
    stepUp: true,
  })
    .input(z.object({ roleId: z.string().nullable().describe('Null: nothing.') }))
    .output(z.object({ roleId: z.string().nullable() })),
  create: endpoint({
    method: 'POST',
    path: '/roles',
    summary: 'Write a role',
    tag,
    allow: 'roles.write',
    audit: 'role.created',
    stepUp: true,
  })
    .input(z.object({ name: RoleName, description: RoleText.default(''), permissions: z.array(PermissionId) }))
    .output(Role),
  get: endpoint({
    method: 'GET',
    path: '/roles/{id}',
    summary: 'One role',
    tag,
    allow: 'roles.read',
    audit: readsOnly,
  })
    .input(Id)
    .output(Role.extend({ groupList: z.array(GroupRef).describe('The first 100 groups that give it.') })),
  holders: endpoint({
    method: 'GET',
    path: '/roles/{id}/members',
    summary: 'Who has a role, and by which way',
    tag,
    allow: 'roles.read',
    audit: readsOnly,
  })
    .input(Id.extend({ ...pageInput, search: z.string().max(200).optional().describe('Part of a name or e-mail.') }))
    .output(pageOf(RoleHolder)),
  update: endpoint({
    method: 'PATCH',
    path: '/roles/{id}',
    summary: 'Change a role; holds at the next request of whoever has it',
    tag,
    allow: 'roles.write',
    audit: 'role.updated',
    stepUp: true,
  })
    .input(
      Id.extend({
        name: RoleName.optional(),
        description: RoleText.optional(),
        permissions: z.array(PermissionId).optional(),
      }),
    )
    .output(Role),
  remove: endpoint({
    method: 'DELETE',
    path: '/roles/{id}',
    summary: 'Delete a role; whoever has it loses it',
    tag,
    allow: 'roles.write',
    audit: 'role.deleted',
    stepUp: true,
  })
    .input(Id)
    .output(z.object({})),
  ofGroup: endpoint({
    method: 'GET',
    path: '/groups/{id}/roles',
    summary: 'The roles everybody in a group has',
    tag,
    allow: 'members.read',
    audit: readsOnly,
  })
    .input(Id)
    .output(GroupRoles),
  setOfGroup: endpoint({
    method: 'PUT',
    path: '/groups/{id}/roles',
    summary: 'Replace the roles everybody in a group has',
    tag,
    allow: 'roles.write',
    audit: 'group.roles-changed',
    stepUp: true,
  })
    .input(Id.extend({ roleIds: RoleIds }))
    .output(GroupRoles),
  explain: endpoint({
    method: 'GET',
    path: '/members/{id}/permissions',
    summary: 'What a member may do, by which role and way',
    tag,
    allow: 'members.read',
    audit: readsOnly,
  })
    .input(Id)
    .output(z.object({ items: z.array(ExplainedPermission) })),
};
