import { ReeveError } from '#server/fail.ts';

/**
 * What the identity provider decides it would overwrite at its next synchronisation, so it refuses edits by hand.
 * @throws ReeveError scim-managed
 */
export function refuseScimManaged(
  { name, source }: { name: string; source: 'manual' | 'scim' | 'sso' },
  what: string,
): void {
  if (source !== 'scim') return;
  throw new ReeveError(
    'scim-managed',
    {},
    {
      message: `${what} “${name}” comes from your identity provider through SCIM. Change it there; it arrives here by itself.`,
    },
  );
}
