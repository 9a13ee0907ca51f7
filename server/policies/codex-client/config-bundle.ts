import type { CodexClient } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { fetchOf } from '../client-version.ts';
import { composeAnswer } from '../compose-answer.ts';
import { deliverPolicy } from '../policy-revision.ts';
import type { Fetch } from '../record-receipts.ts';

type DeliveryServices = Pick<Services, 'db' | 'changes' | 'clock' | 'log' | 'signerFor' | 'origin'>;

/**
 * The answer to `config/bundle`, or to `config/requirements`, which clients up to about 0.12x ask for instead, for this member and this
 * version of the client: JSON, noted as delivered.
 */
export async function policyAnswer(
  services: DeliveryServices,
  { workspaceId, memberId, credential, credentialId }: CodexClient,
  { userAgent, form }: { userAgent: string | null; form: Fetch['form'] },
): Promise<string> {
  const fetch = { ...fetchOf(userAgent), form };
  const hostedTokenId = credential === 'hosted-task' ? credentialId : undefined;
  const delivery = await deliverPolicy(services, { workspaceId, memberId, hostedTokenId }, fetch);
  return composeAnswer(services, delivery, fetch).body;
}
