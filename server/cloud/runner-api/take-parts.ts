import type { z } from 'zod';
import type { EnvironmentVariable } from '#contract/environments.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { readJobFacts } from '../attempts/job-queries.ts';
import { findLease, type LeaseRef, takeSecrets } from '../attempts/lease-queries.ts';
import { openSecretsOf } from '../environments/environment-secrets.ts';

/**
 * The secrets of the environment, once under each lease and before the agent begins: after that they are nobody's business.
 * @throws ReeveError lease-lost, secrets-taken
 */
export async function takeSecretsOf(
  services: Pick<Services, 'db' | 'secrets'>,
  lease: LeaseRef,
): Promise<z.infer<typeof EnvironmentVariable>[]> {
  const { db } = services;
  const attempt = await findLease(db, lease);
  if (!attempt) throw new ReeveError('lease-lost');
  if (!(await takeSecrets(db, lease))) throw new ReeveError('secrets-taken');
  if (attempt.environment_id === null) return [];
  return openSecretsOf(services, lease.workspaceId, attempt.environment_id);
}

/** A file of the turn before, or what the task begins with. @throws ReeveError lease-lost, not-found */
export async function answerFormer(
  { db, blobs }: Pick<Services, 'db' | 'blobs'>,
  lease: LeaseRef,
  which: 'session' | 'diff',
): Promise<Response> {
  if (!(await findLease(db, lease))) throw new ReeveError('lease-lost');
  const facts = await readJobFacts(db, lease.workspaceId, lease.attemptId);
  const name = which === 'session' ? facts?.formerSession : (facts?.startingDiff ?? facts?.formerDiff);
  const blob = name ? await blobs.get(name) : null;
  if (!blob) throw new ReeveError('not-found');
  return new Response(ReadableStream.from(blob.content), {
    headers: {
      'content-type': which === 'session' ? 'application/x-tar' : 'text/x-diff; charset=utf-8',
      'content-length': String(blob.bytes),
      'cache-control': 'no-store',
    },
  });
}
