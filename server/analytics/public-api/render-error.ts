import { ReeveError } from '#server/fail.ts';
import type { Fault } from './wire.ts';

/** A request that is not valid: every fault at once, with where it is. */
export const notValid = (faults: readonly Fault[]): ReeveError => new ReeveError('bad-input', { faults });

/** 422 is the vendor's; for the others its document has no shape, so that both common ones are there. */
export function renderError(error: ReeveError, { requestId }: { requestId: string }): Response {
  const { faults, retryAfterSeconds } = error.details;
  if (Array.isArray(faults)) return Response.json({ detail: faults }, { status: 422 });
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (error.status === 401) headers.set('www-authenticate', 'Bearer error="invalid_token"');
  if (typeof retryAfterSeconds === 'number') headers.set('retry-after', String(retryAfterSeconds));
  const { code, message, status } = error;
  return Response.json({ detail: message, error: { code, message }, request_id: requestId }, { status, headers });
}
