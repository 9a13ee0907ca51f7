// Roles: what each grants, who has which, and what somebody may do as a result. Rule people get wrong: roles add up and nothing denies, so
// taking one away changes nothing for whoever has the same permission by another way.

export { type Granter, refuseBeyondOwn } from './grant-roles.ts';
export { directRoles, heldRoles } from './held-role-queries.ts';
export { asRoleRefs, type HeldRole, holds, permissionsFrom, roleName } from './held-roles.ts';
export { listHolderEmails } from './permission-queries.ts';
export { countActiveOwners, findHeldRoles, hasActiveOwner, insertDirectRoles } from './queries.ts';
export { refuseGroupDeletionBeyondOwn, refuseMembershipsBeyondOwn, refuseTakeover } from './refuse-plan.ts';
export { rolesRoutes } from './routes.ts';
export { setDirectRoles } from './set-direct-roles.ts';
