import { z } from 'zod';
import type { Services } from '#server/services.ts';
import type { DestinationRow } from './destination-queries.ts';

const DestinationSecret = z.object({
  /** The newest first; a former one until it ends. */
  webhookSecrets: z.array(z.object({ secret: z.string(), endsAt: z.string().nullable() })).default([]),
  clientKeyPem: z.string().nullable().default(null),
  headerValue: z.string().nullable().default(null),
});
export type DestinationSecret = z.infer<typeof DestinationSecret>;

export const noSecret: DestinationSecret = { webhookSecrets: [], clientKeyPem: null, headerValue: null };

const placeOf = (id: string): string => `compliance_destinations/${id}/secret`;

export const sealSecret = ({ secrets }: Pick<Services, 'secrets'>, id: string, secret: DestinationSecret) =>
  secrets.seal(JSON.stringify(secret), placeOf(id));

export async function openSecret(
  { secrets }: Pick<Services, 'secrets'>,
  { id, sealed_secret }: Pick<DestinationRow, 'id' | 'sealed_secret'>,
): Promise<DestinationSecret> {
  if (sealed_secret === null) return noSecret;
  return DestinationSecret.parse(JSON.parse(await secrets.open(sealed_secret, placeOf(id))));
}
