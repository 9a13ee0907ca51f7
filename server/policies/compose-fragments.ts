import { isAtLeast } from './client-version.ts';
import { featureSince } from './codex-features.ts';
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

/** Tables of all fragments merge key by key and the first one wins, so a pin is left out where the policy sets its own value. */
function metricsPin(delivery: PolicyDelivery, version: string): Record<string, unknown> {
  if (!isAtLeast(version, readsOtelSince)) return {};
  const policy = delivery.policy === null ? null : readToml(delivery.policy.contents).root;
  return policy && nodeAt(policy, ['otel', 'metrics_exporter']) ? {} : { otel: { metrics_exporter: 'none' } };
}

/** The policy as its author wrote it, byte for byte, unless this client would refuse or complain about part of it. */
function policyFor(delivery: PolicyDelivery, policy: Fragment, version: string): Fragment {
  const providerId = delivery.gateway.providerId ?? defaultProviderId;
  const root = readToml(policy.contents).root;
  const definesOurs = root !== null && nodeAt(root, ['model_providers', providerId]) !== null;
  if (isAtLeast(version, newest) && !definesOurs) return policy;
  const values = fitValues(policy.contents, version);
  if (!values) return policy;
  const others = withoutKey({ ...(values.model_providers as object | undefined) }, providerId);
  const kept = definesOurs ? { ...values, model_providers: others } : values;
  const contents = printToml(kept);
  return contents === printToml(asWritten(policy.contents)) ? policy : { ...policy, contents };
}

const asWritten = (contents: string): Record<string, unknown> => ({ ...(readToml(contents).root?.value as object) });

/**
 * What a client gets: Reeve's own fragment first, so that nothing in a policy can override the way to the gateway, then the policy.
 * Clients before 0.163 enforce no provider; they get it as a default of the configuration, which still carries the revision header.
 */
export function composeBundle(delivery: PolicyDelivery): ConfigBundle {
  const version = delivery.clientVersion ?? newest;
  const pinsProvider = isAtLeast(version, pinsProviderSince);
  const pins = {
    ...(pinsProvider ? { ...providerOf(delivery), check_for_update_on_startup: false } : {}),
    features: featurePins(version),
    ...metricsPin(delivery, version),
  };
  const defaults = { ...providerOf(delivery), check_for_update_on_startup: false, otel: { metrics_exporter: 'none' } };
  const own = { id: 'reeve', name: 'Reeve' };
  const policy = delivery.policy === null ? [] : [policyFor(delivery, delivery.policy, version)];
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
  const version = delivery.clientVersion ?? oldest;
  const values = (delivery.policy && fitValues(delivery.policy.contents, version)) ?? {};
  const features = { ...(values.features as object | undefined), ...featurePins(version) };
  return { contents: printToml({ ...values, features }) };
}
