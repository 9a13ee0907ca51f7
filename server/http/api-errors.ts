import { ORPCError, ValidationError } from '@orpc/server';
import { type ErrorCode, errors } from '#contract/errors.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import type { RequestContext } from './request-context.ts';

/** No input of ours comes near it; without a limit a body of brackets would exhaust the stack. */
const maxDepth = 40;

const publicError = (code: ErrorCode, data: Record<string, unknown>, cause: unknown) =>
  new ORPCError(code, { status: errors[code].status, message: errors[code].message, data, cause });

const issuesOf = ({ cause }: ORPCError<string, unknown>) =>
  cause instanceof ValidationError ? cause.issues.map(({ path, message }) => ({ path: path ?? [], message })) : [];

/** What a caller may see of anything that was thrown. What was not expected is logged with its cause, under the request's id. */
export function asPublicError(
  error: unknown,
  { requestId, log }: Pick<RequestContext, 'requestId' | 'log'>,
): ORPCError<string, unknown> {
  if (isReeveError(error)) {
    const { code, status, message, details: data } = error;
    return new ORPCError(code, { status, message, data, cause: error });
  }
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST')
    return publicError('bad-input', { issues: issuesOf(error) }, error);
  log.error({ err: error }, 'an endpoint failed');
  return publicError('internal', { reference: requestId }, error);
}

/** A body that could not even be read: not JSON, or not of the type it says. */
export const asUnreadable = (error: unknown): ORPCError<string, unknown> => {
  if (error instanceof ORPCError) return error;
  return publicError('bad-input', { issues: [{ path: [], message: 'The body is not valid JSON.' }] }, error);
};

/** PostgreSQL stores neither NUL nor half a surrogate pair, so such a text is refused before it gets there. */
export function refuseUnstorableText(value: unknown, path: readonly (string | number)[] = []): void {
  if (typeof value === 'string') {
    if (value.isWellFormed() && !value.includes('\0')) return;
    const issues = [{ path, message: 'Contains a character that cannot be stored.' }];
    throw new ReeveError('bad-input', { issues });
  }
  if (value === null || typeof value !== 'object') return;
  if (path.length === maxDepth)
    throw new ReeveError('bad-input', { issues: [{ path, message: 'Is nested too deeply.' }] });
  for (const [key, inner] of Object.entries(value)) {
    refuseUnstorableText(key, path);
    refuseUnstorableText(inner, [...path, key]);
  }
}
