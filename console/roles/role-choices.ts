import type { Role } from '#contract/roles.ts';

/** A list of choices has no null. */
export const noRole = 'none';

/** What the default role can be. */
export const roleChoices = (roles: readonly Role[]) => [
  { value: noRole, label: 'No role (may not use Codex)' },
  ...roles.filter(({ id }) => id !== 'owner').map(({ id, name }) => ({ value: id, label: name })),
];
