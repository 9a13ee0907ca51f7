import { ReeveError } from '#server/fail.ts';

/** A weak ETag: the same resource may be answered with other attributes (RFC 7644 §3.14). */
export const etagOf = (version: number): string => `W/"${version}"`;

const names = (header: string, version: number): boolean =>
  header.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === `"${version}"`);

/** @throws ReeveError stale-version (412) */
export function requireVersion(ifMatch: string | null, version: number): void {
  if (ifMatch !== null && !names(ifMatch, version)) throw new ReeveError('stale-version', { version: etagOf(version) });
}

export const isUnchanged = (ifNoneMatch: string | null, version: number): boolean =>
  ifNoneMatch !== null && names(ifNoneMatch, version);
