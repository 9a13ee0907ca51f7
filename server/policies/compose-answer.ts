import { LRUCache } from 'lru-cache';
import type { AccessChanges } from '#server/db/access-changes.ts';
import type { Services } from '#server/services.ts';
import { testedClientFor } from './client-version.ts';
import { type ConfigBundle, composeBundle, composeRequirements, type Fragment } from './compose-fragments.ts';
import { nameFragments } from './name-fragments.ts';
import { type Delivery, policyRevisionHeader } from './policy-revision.ts';
import type { Fetch } from './record-receipts.ts';
import { telemetryHeader } from './telemetry-token.ts';

/** Where a pinned client sends its model calls. */
const gatewayPath = '/backend-api/codex';
/** Where they send telemetry, without `/logs` and so on. */
const telemetryPath = '/otel/v1';

/** What is signed for one member is base64url and dots: put in these places, it needs no quoting in TOML or JSON. */
const revisionPlace = 'SIGNED_REVISION_GOES_HERE';
const tokenPlace = 'TELEMETRY_TOKEN_GOES_HERE';
const places = new RegExp(`(${revisionPlace}|${tokenPlace})`);

type Signed = Pick<Delivery, 'revisionHeader' | 'telemetryToken'>;

const signedAt = (part: string, { revisionHeader, telemetryToken }: Signed): string =>
  part === revisionPlace ? revisionHeader : part === tokenPlace ? telemetryToken : part;

const fill = (parts: readonly string[], signed: Signed): string => parts.map((part) => signedAt(part, signed)).join('');

const newestTested = '0.169.0';

type PlacedFragment = Fragment & { part: 'requirements' | 'config' };

export interface ComposedAnswer {
  /** JSON, exactly as it is sent. */
  body: string;
  fragments: () => PlacedFragment[];
}

interface Composed {
  /** The text and, between its pieces, the names of the places. */
  parts: string[];
  fragments: PlacedFragment[];
}

/** Composing costs more than all the rest, and one text serves everybody with the same policies and generation of the client. */
const openCache = () =>
  new LRUCache<string, Composed>({
    maxSize: 64 * 1024 * 1024,
    sizeCalculation: ({ parts, fragments }, key) =>
      [...parts, ...fragments.map(({ contents }) => contents), key].reduce((sum, { length }) => sum + length, 1),
  });

const caches = new WeakMap<AccessChanges, ReturnType<typeof openCache>>();

const partsOf = ({ config_toml, requirements_toml }: ConfigBundle): PlacedFragment[] => [
  ...requirements_toml.enterprise_managed.map((fragment) => ({ ...fragment, part: 'requirements' as const })),
  ...config_toml.enterprise_managed.map((fragment) => ({ ...fragment, part: 'config' as const })),
];

function compose(
  origin: string,
  { policy, baseline, keepsContent }: Delivery,
  { clientVersion, form }: Pick<Fetch, 'clientVersion' | 'form'>,
): Composed {
  const fragments = nameFragments({ policy, baseline });
  const gateway = { baseUrl: `${origin}${gatewayPath}`, headers: { [policyRevisionHeader]: revisionPlace } };
  const telemetry = {
    baseUrl: `${origin}${telemetryPath}`,
    headers: { [telemetryHeader]: tokenPlace },
    keepsContent,
  };
  const delivery = { clientVersion, gateway, telemetry, ...fragments };
  if (form === 'requirements') {
    const answer = composeRequirements(delivery);
    const [named] = [fragments.policy, fragments.baseline].filter((fragment) => fragment !== null);
    const one = { id: named?.id ?? 'reeve', name: named?.name ?? 'Reeve', part: 'requirements' as const };
    return { parts: JSON.stringify(answer).split(places), fragments: [{ ...one, contents: answer.contents }] };
  }
  const bundle = composeBundle(delivery);
  return { parts: JSON.stringify(bundle).split(places), fragments: partsOf(bundle) };
}

/**
 * What a client of this version gets: the same bytes for the same member as long as nothing else is published. Revisions never change,
 * so nothing has to be forgotten when one is published.
 */
export function composeAnswer(
  { origin, changes }: Pick<Services, 'origin' | 'changes'>,
  delivery: Delivery,
  { clientVersion, form }: Pick<Fetch, 'clientVersion' | 'form'>,
): ComposedAnswer {
  const cache = caches.get(changes) ?? openCache();
  caches.set(changes, cache);
  const generation = testedClientFor(clientVersion ?? (form === 'bundle' ? newestTested : '0'));
  const { policyKey, keepsContent } = delivery;
  const key = [form, generation, keepsContent, policyKey].join('\n');
  const known = cache.get(key) ?? compose(origin, delivery, { clientVersion: generation, form });
  cache.set(key, known);
  return {
    body: fill(known.parts, delivery),
    fragments: () =>
      known.fragments.map(({ contents, ...fragment }) => ({
        ...fragment,
        contents: fill(contents.split(places), delivery),
      })),
  };
}
