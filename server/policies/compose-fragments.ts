import { isAtLeast } from '#contract/client-versions.ts';
import { featureSince } from '#contract/requirements/features.ts';
import { testedClientFor } from './client-version.ts';
import { fitDefaults, fitValues, printToml, withoutKey } from './fit-document.ts';
import { mergeRequirements } from './merge-requirements.ts';
import { nodeAt, readToml } from './read-toml.ts';
import { defaultProviderId, reeveFeatures } from './reeve-pins.ts';
import { type Telemetry, telemetryDefaults, telemetryPins, withoutExporters } from './telemetry-pins.ts';

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
  telemetry: Telemetry;
  /** The policy of the member; null: none applies and only Reeve's own pins hold. */
  policy: Fragment | null;
  /** The organisation's, under the policy: it fills what the policy leaves open. */
  baseline?: Fragment | null;
  /** `config.toml` documents that members can change, the first one first. */
  defaults?: readonly Fragment[];
}

/** First clients proven to enforce a pinned model provider, and to enforce where telemetry goes. Those before take that as a default. */
const pinsProviderSince = '0.163.0';
const pinsTelemetrySince = '0.169.0';
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
  limitsEgress: boolean;
}

const asWritten = (contents: string): Record<string, unknown> => ({ ...(readToml(contents).root?.value as object) });

/** The policy as its author wrote it, byte for byte, unless this client would refuse or complain about part of it. */
function fitContents(written: string, version: string, providerId: string): FittedPolicy {
  const contents = withoutExporters(written);
  const root = readToml(contents).root;
  const limitsEgress = root !== null && nodeAt(root, ['application', 'network']) !== null;
  const definesOurs = root !== null && nodeAt(root, ['model_providers', providerId]) !== null;
  const facts = { limitsEgress };
  if (isAtLeast(version, newest) && !definesOurs) return { contents, ...facts };
  const values = fitValues(contents, version);
  if (!values) return { contents, ...facts };
  const others = withoutKey({ ...(values.model_providers as object | undefined) }, providerId);
  const fitted = printToml(definesOurs ? { ...values, model_providers: others } : values);
  return { contents: fitted === printToml(asWritten(contents)) ? contents : fitted, ...facts };
}

/** A client's own definition of our provider would add headers of its author to ours where the provider is a default only. */
function withoutOurProvider({ contents, ...fragment }: Fragment, providerId: string): Fragment {
  const { root } = readToml(contents);
  if (root === null || nodeAt(root, ['model_providers', providerId]) === null) return { ...fragment, contents };
  const values = asWritten(contents);
  const others = withoutKey({ ...(values.model_providers as object | undefined) }, providerId);
  return { ...fragment, contents: printToml({ ...values, model_providers: others }) };
}

/**
 * What a client gets: Reeve's own fragment first, so that nothing in a policy can override the way to the gateway, then the policy,
 * then the baseline; the first that sets a key wins.
 * Clients before 0.163 enforce no provider, and those before 0.169 no telemetry; they get it as a default of the configuration, which
 * still carries the headers.
 */
export function composeBundle(delivery: PolicyDelivery): ConfigBundle {
  const version = testedClientFor(delivery.clientVersion ?? newest);
  const pinsProvider = isAtLeast(version, pinsProviderSince);
  const pinsTelemetry = isAtLeast(version, pinsTelemetrySince);
  const providerId = delivery.gateway.providerId ?? defaultProviderId;
  const fitted = [delivery.policy, delivery.baseline ?? null]
    .filter((fragment) => fragment !== null)
    .map((fragment) => ({ ...fragment, ...fitContents(fragment.contents, version, providerId) }));
  const theirs = (delivery.defaults ?? []).map((fragment) => ({
    ...fragment,
    contents: withoutExporters(fitDefaults(fragment.contents, version)),
  }));
  const pins = {
    ...(pinsProvider ? { ...providerOf(delivery), check_for_update_on_startup: false } : {}),
    features: featurePins(version),
    ...(pinsProvider && fitted.some(({ limitsEgress }) => limitsEgress) ? ownHost(delivery) : {}),
    ...(pinsTelemetry
      ? {
          otel: telemetryPins(
            delivery.telemetry,
            fitted.map(({ contents }) => contents),
          ),
        }
      : {}),
  };
  const defaults = {
    ...(pinsProvider ? {} : { ...providerOf(delivery), check_for_update_on_startup: false }),
    otel: telemetryDefaults(
      delivery.telemetry,
      theirs.map(({ contents }) => contents),
    ),
  };
  const own = { id: 'reeve', name: 'Reeve' };
  const policies = fitted.map(({ id, name, contents }) => ({ id, name, contents }));
  return {
    config_toml: {
      enterprise_managed: pinsTelemetry
        ? theirs
        : [
            { ...own, contents: printToml(defaults) },
            ...(pinsProvider ? theirs : theirs.map((fragment) => withoutOurProvider(fragment, providerId))),
          ],
    },
    requirements_toml: { enterprise_managed: [{ ...own, contents: printToml(pins) }, ...policies] },
  };
}

/**
 * The answer to `wham/config/requirements`: clients up to about 0.12x take one document and refuse to start over a feature or value
 * they do not know. They pin no provider, so they never carry the revision header, and there is no place for defaults.
 */
export function composeRequirements(delivery: PolicyDelivery): { contents: string } {
  const version = testedClientFor(delivery.clientVersion ?? oldest);
  const [policy = {}, baseline = {}] = [delivery.policy, delivery.baseline].map(
    (fragment) => (fragment && fitValues(fragment.contents, version)) ?? {},
  );
  const values = mergeRequirements(policy, baseline);
  const features = { ...(values.features as object | undefined), ...featurePins(version) };
  return { contents: printToml({ ...values, features }) };
}
