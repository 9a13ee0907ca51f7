import { isBelowMinimum } from '#contract/client-versions.ts';
import { ReeveError } from '#server/fail.ts';
import type { CallSettings } from '#server/models/gateway-queries.ts';
import type { ClientFacts } from './client-facts.ts';

type Minimum = Pick<CallSettings, 'workspaceName' | 'minimumClientVersion' | 'minimumClientFrom'>;

const dayInWords = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** How whoever reads the refusal gets on. */
const next = 'Update Codex (npm install -g @openai/codex), then try again.';

/**
 * The oldest client that the workspace accepts, once its day has come. What a client says of its version is no proof, so a client that
 * says none is held to be too old.
 * @throws ReeveError client-too-old
 */
export function refuseBelowMinimum(
  { clientVersion }: Pick<ClientFacts, 'clientVersion'>,
  { workspaceName, minimumClientVersion: minimum, minimumClientFrom: from }: Minimum,
  now: Date,
): void {
  const isInForce = from === null || from <= now;
  if (minimum === null || !isInForce || !isBelowMinimum(clientVersion, minimum)) return;
  const since = from === null ? '' : ` since ${dayInWords.format(from)}`;
  const message =
    clientVersion === null
      ? `This client does not say which version of Codex it is, and ${workspaceName} accepts ${minimum} and newer${since}. ${next}`
      : `Codex ${clientVersion} is older than ${minimum}, the oldest that ${workspaceName} accepts${since}. ${next}`;
  throw new ReeveError('client-too-old', { clientVersion: clientVersion ?? 'unknown', minimum }, { message });
}
