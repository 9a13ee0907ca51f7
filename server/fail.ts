import { type ErrorCode, errors } from '#contract/errors.ts';

/**
 * An expected refusal. `details` are public: say where and what, never a secret. Anything thrown that is not a ReeveError is a
 * bug, is logged with its cause and answers as `internal`.
 */
export class ReeveError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, details: Record<string, unknown> = {}, options?: { message?: string; cause?: unknown }) {
    super(
      options?.message ?? errors[code].message,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'ReeveError';
    this.code = code;
    this.status = errors[code].status;
    this.details = details;
  }
}

export const isReeveError = (error: unknown): error is ReeveError => error instanceof ReeveError;
