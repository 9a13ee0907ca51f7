import { ORPCError } from '@orpc/client';
import { z } from 'zod';
import { type ErrorCode, errors } from '#contract/errors.ts';

/** No answer at all: offline, a stopped server, a broken connection. */
export class ServerUnreachable extends Error {
  constructor(options?: ErrorOptions) {
    super('The server did not answer.', options);
    this.name = 'ServerUnreachable';
  }
}

export interface Failure {
  code: ErrorCode | 'unreachable' | 'broken-page';
  /** One sentence in the words of the contract. */
  message: string;
  /** What the reader can do. */
  next: string | null;
  /** To quote to the operator; leads to the log line. */
  reference: string | null;
  issues: { path: string; message: string }[];
}

const Details = z.object({
  reference: z.string().optional(),
  /** A sentence that says what is not valid, where it is no field of a form. */
  issue: z.string().optional(),
  issues: z
    .array(
      z.object({
        path: z.union([z.string(), z.array(z.union([z.string(), z.number()]))]).optional(),
        message: z.string(),
      }),
    )
    .optional(),
});

const nextSteps: Partial<Record<ErrorCode, string>> = {
  internal: 'Try once more. If it fails again, give the reference to whoever runs this server.',
  'not-signed-in': 'Sign in, then repeat this.',
  'not-found': 'It may have been removed. Go back to the list.',
  'too-many-attempts': 'Wait a minute before the next attempt.',
  'shutting-down': 'Wait a moment, then try again.',
};

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);

/** Turns whatever was thrown into words. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ServerUnreachable) {
    return {
      code: 'unreachable',
      message: 'The server did not answer.',
      next: 'Check your connection. What you typed is kept; try again when you are back online.',
      reference: null,
      issues: [],
    };
  }
  if (error instanceof ORPCError) return describeAnswer(error);
  return {
    code: 'broken-page',
    message: 'This page has a fault and cannot be shown.',
    next: 'Load the page again. If it stays, report this text to whoever runs this server.',
    reference: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    issues: [],
  };
}

function describeAnswer(error: ORPCError<string, unknown>): Failure {
  const code = isErrorCode(error.code) ? error.code : 'internal';
  const details = Details.safeParse(error.data).data;
  const said = isErrorCode(error.code) ? error.message : `The server answered ${error.status}: ${error.message}`;
  return {
    code,
    message: details?.issue ?? said,
    next: nextSteps[code] ?? null,
    reference: details?.reference ?? null,
    issues: (details?.issues ?? []).map((issue) => ({
      path: Array.isArray(issue.path) ? issue.path.join('.') : (issue.path ?? ''),
      message: issue.message,
    })),
  };
}

/** The server's complaints by field name, to show them at the field. */
export function fieldErrors(failure: Failure): Record<string, string> {
  return Object.fromEntries(
    failure.issues.filter(({ path }) => path !== '').map(({ path, message }) => [path, message]),
  );
}
