// Roles: what each grants, who has which, and what somebody may do as a result. Rule people get wrong: roles add up and nothing denies, so
// taking one away changes nothing for whoever has the same permission by another way.
export { type Granter, refuseBeyondOwn, setDirectRoles } from './grant-roles.ts';
export { directRoles, heldRoles } from './held-role-queries.ts';
export { asRoleRefs, type HeldRole, holds, permissionsFrom } from './held-roles.ts';
export { countActiveOwners, findHeldRoles, hasActiveOwner, insertDirectRoles } from './queries.ts';
