import type { z } from 'zod';
import { ReeveError } from '#server/fail.ts';

/** 400 with the first place that is wrong. */
export const notValid = (where: string, what: string): ReeveError =>
  new ReeveError('bad-input', { issues: [{ path: [where], message: what }] }, { message: `${where}: ${what}` });

/** @throws ReeveError bad-input */
export function parseQuery<Query>(schema: z.ZodType<Query>, given: unknown): Query {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw notValid(issue?.path.join('.') ?? 'query', issue?.message ?? 'It is not valid.');
}

/** The vendor’s document has no shape for these errors, so that both of its common ones are there. */
export function renderError(error: ReeveError, { requestId }: { requestId: string }): Response {
  const { status, code, message, details } = error;
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (status === 401) headers.set('www-authenticate', 'Bearer error="invalid_token"');
  if (status === 429) headers.set('retry-after', String(details.retryAfterSeconds ?? 60));
  return Response.json({ detail: message, error: { code, message }, request_id: requestId }, { status, headers });
}
