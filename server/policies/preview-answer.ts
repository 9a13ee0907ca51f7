import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { policyLookUp } from '#contract/policy-delivery.ts';
import { testedClients } from '#contract/tested-clients.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { testedClientFor } from './client-version.ts';
import { composeAnswer } from './compose-answer.ts';
import { readMemberByEmail } from './look-up-queries.ts';
import { previewDelivery } from './policy-revision.ts';

type Bytes = z.input<NonNullable<(typeof policyLookUp.bytes)['~orpc']['outputSchema']>>;

/** The oldest generation takes one document. */
const [takesOneDocument] = testedClients;

/**
 * What a client of this version would get if it asked at this moment, made by the code that answers it, without counting as delivered.
 * @throws ReeveError not-found: there is no such member, or none whose client gets anything
 */
export async function previewAnswer(
  services: Pick<Services, 'db' | 'changes' | 'clock' | 'log' | 'signerFor' | 'origin'>,
  workspaceId: string,
  { email, clientVersion = testedClients.at(-1) ?? '' }: { email: string; clientVersion?: string | undefined },
): Promise<Bytes> {
  const member = await readMemberByEmail(services.db, workspaceId, email);
  if (!member) throw new ReeveError('not-found', { email });
  if (member.status !== 'active')
    throw new ReeveError(
      'not-found',
      { email, status: member.status },
      { message: `${member.name} is ${member.status}, so their clients are refused and get no policy.` },
    );
  const delivery = await previewDelivery(services, { workspaceId, memberId: member.id });
  const form = testedClientFor(clientVersion) === takesOneDocument ? 'requirements' : 'bundle';
  const { body, fragments } = composeAnswer(services, delivery, { clientVersion, form });
  // Whoever has the token reports as this member. Of the same length, so that every other byte stands where the client finds it.
  const masked = (text: string) => text.replaceAll(delivery.telemetryToken, '*'.repeat(delivery.telemetryToken.length));
  return {
    path: `/backend-api/wham/config/${form}`,
    clientVersion,
    body: masked(body),
    sha256: createHash('sha256').update(body).digest('hex'),
    byteLength: Buffer.byteLength(body),
    fragments: fragments().map(({ contents, ...fragment }) => ({ ...fragment, contents: masked(contents) })),
  };
}
