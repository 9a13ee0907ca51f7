// People: members, their groups, and the single-use links that let them in. Rule people get wrong: a workspace always keeps an active
// owner, so whoever may unmake one goes through change-directory.ts, which holds the workspace's memberships still.
export { changeDirectory, type DirectoryChange } from './change-directory.ts';
export { createOwnerLink, type OwnerLink } from './links.ts';
export { findMember } from './member-queries.ts';
export { provisioningOfPerson } from './person-rows.ts';
export { changeGroupMembersIn, createGroupIn } from './provision-groups.ts';
export { createMember, reprovisionMember } from './provision-members.ts';
export { purgeExpiredDirectory } from './purge-expired.ts';
export { directoryRoutes } from './routes.ts';
export { scimDialect } from './scim/dialect.ts';
export { provisioningRoutes } from './scim/provisioning-routes.ts';
