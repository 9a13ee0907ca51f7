// People: members, their groups, and the single-use links that let them in. Rule people get wrong: a workspace always keeps an active
// owner, so memberships change only under the workspace's lock, in change-membership.ts.
export { changeDirectory, type DirectoryChange } from './change-directory.ts';
export { createOwnerLink, type OwnerLink } from './links.ts';
export { findMember, findMemberByEmail } from './member-queries.ts';
export {
  changeGroupIn,
  changeGroupMembersIn,
  createGroupIn,
  removeGroupIn,
  replaceGroupMembersIn,
} from './provision-groups.ts';
export {
  changeMember,
  createMember,
  deprovisionMember,
  removeMemberIn,
  reprovisionMember,
} from './provision-members.ts';
export { purgeExpiredDirectory } from './purge-expired.ts';
export { directoryRoutes } from './routes.ts';
export { scimDialect } from './scim/dialect.ts';
export { provisioningRoutes } from './scim/provisioning-routes.ts';
