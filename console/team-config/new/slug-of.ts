/** What the server would make of a name: small letters, digits and hyphens, at most 60. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');

/** Why an address cannot be this, in words; null when it can. */
export const slugProblem = (slug: string): string | null =>
  /^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/.test(slug)
    ? null
    : 'Small letters, digits and hyphens, at most 60, none at the ends.';
