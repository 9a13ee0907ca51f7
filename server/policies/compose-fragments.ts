import { featureSince } from '#contract/requirements/features.ts';
import { isAtLeast, testedClientFor } from './client-version.ts';
import { fitValues, printToml, withoutKey } from './fit-document.ts';
import { nodeAt, readToml } from './read-toml.ts';
import { defaultProviderId, reeveFeatures } from './reeve-pins.ts';

export interface Fragment {
  /** Clients show `name (id)` where a policy stops somebody. */
  id: string;
  name: string;
  contents: string;
}

/** The answer to `wham/config/bundle`. */
export interface ConfigBundle {
  config_toml: { enterprise_managed: Fragment[] };
  requirements_toml: { enterprise_managed: Fragment[] };
}

export interface PolicyDelivery {
  /** From the User-Agent; null counts as the newest tested client. */
  clientVersion: string | null;
  gateway: {
    /** Requests go to `${baseUrl}/responses`. */
    baseUrl: string;
    /** Sent with every model call; the signed revision of the policy is among them. */
    headers: Readonly<Record<string, string>>;
    streamIdleTimeoutMs?: number;
    providerId?: string;
    providerName?: string;
  };
  /** The policy of the member; null: none applies and only Reeve's own pins hold. */
  policy: Fragment | null;
}

/** First clients proven to enforce a pinned model provider, and to read telemetry from a policy. */
const pinsProviderSince = '0.163.0';
const readsOtelSince = '0.169.0';
const newest = '0.169.0';
const oldest = '0.120.0';

function providerOf({ gateway }: PolicyDelivery): Record<string, unknown> {
  const id = gateway.providerId ?? defaultProviderId;
  return {
    model_provider: id,
    model_providers: {
      [id]: {
        name: gateway.providerName ?? 'Reeve',
        base_url: gateway.baseUrl,
        wire_api: 'responses',
        requires_openai_auth: true,
        // Without it a refusal is retried five times before its words are shown.
        stream_max_retries: 0,
        ...(gateway.streamIdleTimeoutMs === undefined ? {} : { stream_idle_timeout_ms: gateway.streamIdleTimeoutMs }),
        http_headers: gateway.headers,
      },
    },
  };
}

function featurePins(version: string): Record<string, boolean> {
  const known = Object.entries(reeveFeatures).filter(([name]) => isAtLeast(version, featureSince(name) ?? newest));
  return Object.fromEntries(known.map(([name, { value }]) => [name, value]));
}

/**
 * A policy that limits which hosts the client itself contacts cannot shut it off from the gateway. Clients take exact names only, no
 * IPv6 address.
 */
function ownHost({ gateway }: PolicyDelivery): Record<string, unknown> {
  const { hostname } = new URL(gateway.baseUrl);
  return hostname.startsWith('[') ? {} : { application: { network: { domains: { [hostname]: 'allow' } } } };
}

interface FittedPolicy {
  contents: string;
  setsMetrics: boolean;
  limitsEgress: boolean;
}

/** Fitting parses, a bundle is asked for by every client every few minutes, and policies are few. */
const fittedPolicies = new Map<string, FittedPolicy>();
const fittedPoliciesKept = 256;

const asWritten = (contents: string): Record<string, unknown> => ({ ...(readToml(contents).root?.value as object) });

/** The policy as its author wrote it, byte for byte, unless this client would refuse or complain about part of it. */
function fitContents(contents: string, version: string, providerId: string): FittedPolicy {
  const root = readToml(contents).root;
  const setsMetrics = root !== null && nodeAt(root, ['otel', 'metrics_exporter']) !== null;
  const limitsEgress = root !== null && nodeAt(root, ['application', 'network']) !== null;
  const definesOurs = root !== null && nodeAt(root, ['model_providers', providerId]) !== null;
  const facts = { setsMetrics, limitsEgress };
  if (isAtLeast(version, newest) && !definesOurs) return { contents, ...facts };
  const values = fitValues(contents, version);
  if (!values) return { contents, ...facts };
  const others = withoutKey({ ...(values.model_providers as object | undefined) }, providerId);
  const fitted = printToml(definesOurs ? { ...values, model_providers: others } : values);
  return { contents: fitted === printToml(asWritten(contents)) ? contents : fitted, ...facts };
}

function fitPolicy({ policy, gateway }: PolicyDelivery, version: string): FittedPolicy | null {
  if (policy === null) return null;
  const providerId = gateway.providerId ?? defaultProviderId;
  const key = JSON.stringify([version, providerId, policy.contents]);
  const known = fittedPolicies.get(key);
  const fitted = known ?? fitContents(policy.contents, version, providerId);
  fittedPolicies.delete(key);
  fittedPolicies.set(key, fitted);
  const [eldest] = fittedPolicies.keys();
  if (fittedPolicies.size > fittedPoliciesKept && eldest !== undefined) fittedPolicies.delete(eldest);
  return fitted;
}

/**
 * What a client gets: Reeve's own fragment first, so that nothing in a policy can override the way to the gateway, then the policy.
 * Clients before 0.163 enforce no provider; they get it as a default of the configuration, which still carries the revision header.
 */
export function composeBundle(delivery: PolicyDelivery): ConfigBundle {
  const version = testedClientFor(delivery.clientVersion ?? newest);
  const pinsProvider = isAtLeast(version, pinsProviderSince);
  const fitted = fitPolicy(delivery, version);
  // Tables of all fragments merge key by key and the first one wins: a collector the policy names would be lost behind this pin.
  const pinsMetrics = isAtLeast(version, readsOtelSince) && !fitted?.setsMetrics;
  const pins = {
    ...(pinsProvider ? { ...providerOf(delivery), check_for_update_on_startup: false } : {}),
    features: featurePins(version),
    ...(pinsProvider && fitted?.limitsEgress ? ownHost(delivery) : {}),
    ...(pinsMetrics ? { otel: { metrics_exporter: 'none' } } : {}),
  };
  const defaults = { ...providerOf(delivery), check_for_update_on_startup: false, otel: { metrics_exporter: 'none' } };
  const own = { id: 'reeve', name: 'Reeve' };
  const policy = delivery.policy && fitted ? [{ ...delivery.policy, contents: fitted.contents }] : [];
  return {
    config_toml: { enterprise_managed: pinsProvider ? [] : [{ ...own, contents: printToml(defaults) }] },
    requirements_toml: { enterprise_managed: [{ ...own, contents: printToml(pins) }, ...policy] },
  };
}

/**
 * The answer to `wham/config/requirements`: clients up to about 0.12x take one document and refuse to start over a feature or value
 * they do not know. They pin no provider, so they never carry the revision header.
 */
export function composeRequirements(delivery: PolicyDelivery): { contents: string } {
  const version = testedClientFor(delivery.clientVersion ?? oldest);
  const values = (delivery.policy && fitValues(delivery.policy.contents, version)) ?? {};
  const features = { ...(values.features as object | undefined), ...featurePins(version) };
  return { contents: printToml({ ...values, features }) };
}
