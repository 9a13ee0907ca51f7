import type { z } from 'zod';
import type { ClaimMapping } from '#contract/sso.ts';
import { cutText } from './cut-text.ts';
import { SignOnRefused } from './problems.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface MappedClaims {
  email: string | null;
  name: string | null;
  groups: string[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** By its whole name first, because SAML attributes are called by URIs with dots in them; then as a path (`realm_access.roles`). */
export function readClaim(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let found: unknown = claims;
  for (const part of name.split('.')) {
    if (!isRecord(found) || !Object.hasOwn(found, part)) return undefined;
    found = found[part];
  }
  return found;
}

/** A single text; of several values the first, as SAML attributes have it. */
function readText(claims: Claims, name: string): string | null {
  const value = readClaim(claims, name);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const text = typeof first === 'string' ? first.trim() : '';
  return text === '' ? null : text;
}

function readTexts(claims: Claims, name: string): string[] {
  const value = readClaim(claims, name);
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return [...new Set(values.filter((item) => typeof item === 'string' && item !== ''))] as string[];
}

const saysOverage = (claims: Claims): boolean => {
  const names = claims._claim_names;
  return (isRecord(names) && 'groups' in names) || claims.hasgroups === true || claims.hasgroups === 'true';
};

/** The sign for kelvin (U+212A) would become a plain k in small letters: the address of somebody else. */
const looksLikeAddress = /^[^\s@\u212A]{1,64}@[^\s@\u212A]{1,190}$/;

/**
 * What a connection makes of the claims it received.
 * @throws SignOnRefused groups-overage: Entra ID leaves the claim out and names a place to ask instead when somebody is in too many
 */
export function mapClaims(mapping: z.infer<typeof ClaimMapping>, claims: Claims): MappedClaims {
  const { groups } = mapping;
  if (groups !== null && readClaim(claims, groups) === undefined && saysOverage(claims))
    throw new SignOnRefused('groups-overage');
  const email = readText(claims, mapping.email);
  const name = readText(claims, mapping.name);
  return {
    email: email !== null && looksLikeAddress.test(email) ? email.toLowerCase() : null,
    name: name && cutText(name, 200),
    groups: groups === null ? [] : readTexts(claims, groups),
  };
}

export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);
