import type { ReeveError } from '#server/fail.ts';
import { urns } from './wire.ts';

/** RFC 7644 §3.12: the status is a text there. */
export function errorBody(error: ReeveError) {
  const { scimType } = error.details;
  const chosen = typeof scimType === 'string' ? scimType : error.code === 'already-exists' ? 'uniqueness' : null;
  return {
    schemas: [urns.error],
    status: String(error.status),
    ...(chosen === null ? {} : { scimType: chosen }),
    detail: detailOf(error),
  };
}

/** Our own words, with the first place where a text cannot be kept. */
function detailOf({ message, details }: ReeveError): string {
  const [issue] = Array.isArray(details.issues) ? details.issues : [];
  return typeof issue?.message === 'string' ? `${[issue.path].flat().join('.')}: ${issue.message}` : message;
}

export const scimContentType = 'application/scim+json; charset=utf-8';

export function renderError(error: ReeveError): Response {
  const headers = new Headers({ 'content-type': scimContentType });
  if (error.status === 401) headers.set('www-authenticate', 'Bearer realm="Reeve SCIM"');
  const { retryAfterSeconds } = error.details;
  if (error.status === 429) headers.set('retry-after', String(retryAfterSeconds ?? 60));
  return new Response(JSON.stringify(errorBody(error)), { status: error.status, headers });
}
