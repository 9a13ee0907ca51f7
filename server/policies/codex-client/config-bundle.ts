import { LRUCache } from 'lru-cache';
import type { CodexClient } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { versionFromUserAgent } from '../client-version.ts';
import { composeBundle, composeRequirements, type Fragment, type PolicyDelivery } from '../compose-fragments.ts';
import type { ApplicablePolicy } from '../delivery-queries.ts';
import { deliverPolicy, policyRevisionHeader } from '../policy-revision.ts';

type DeliveryServices = Pick<Services, 'db' | 'changes' | 'clock' | 'signerFor' | 'origin'>;

/** Where a pinned client sends its model calls. */
const gatewayPath = '/backend-api/codex';

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'policy';

/** Clients print `name (id)` where a policy stops somebody: both are for people. */
const fragmentOf = ({ name, revision, contents }: ApplicablePolicy): Fragment => ({
  id: `${slugOf(name)}-r${revision}`,
  name,
  contents,
});

async function prepare(
  services: DeliveryServices,
  { workspaceId, memberId }: CodexClient,
  userAgent: string | null,
): Promise<PolicyDelivery> {
  const { policy, revisionHeader } = await deliverPolicy(services, { workspaceId, memberId });
  return {
    clientVersion: versionFromUserAgent(userAgent),
    gateway: { baseUrl: `${services.origin}${gatewayPath}`, headers: { [policyRevisionHeader]: revisionHeader } },
    policy: policy && fragmentOf(policy),
  };
}

/** Printing one costs more than all the rest, and clients ask for the same every few minutes. */
const bundles = new LRUCache<string, string>({
  maxSize: 32 * 1024 * 1024,
  sizeCalculation: (bundle, key) => bundle.length + key.length,
});

/** The answer to `config/bundle` for this member and this version of the client, as JSON. */
export async function configBundle(
  services: DeliveryServices,
  client: CodexClient,
  userAgent: string | null,
): Promise<string> {
  const delivery = await prepare(services, client, userAgent);
  const { clientVersion, gateway, policy } = delivery;
  // The header names workspace, member, policy and revision, under our signature.
  const key = [clientVersion, gateway.baseUrl, gateway.headers[policyRevisionHeader], policy?.id].join('\n');
  const known = bundles.get(key);
  if (known !== undefined) return known;
  const bundle = JSON.stringify(composeBundle(delivery));
  bundles.set(key, bundle);
  return bundle;
}

/** The answer to `config/requirements`, which clients up to about 0.12x ask for instead. */
export const configRequirements = async (
  services: DeliveryServices,
  client: CodexClient,
  userAgent: string | null,
): Promise<{ contents: string }> => composeRequirements(await prepare(services, client, userAgent));
