import { isAtLeast } from '#contract/client-versions.ts';
import { type TestedClient, testedClients } from '#contract/tested-clients.ts';

/** The tested client that stands for this version: the newest one that is not younger, or the oldest of all. */
export function testedClientFor(version: string): TestedClient {
  return testedClients.findLast((tested) => isAtLeast(version, tested)) ?? testedClients[0];
}

/**
 * Reads `codex_exec/0.169.0 (Debian …) …`, which is the only place where a client tells what it is when it asks for its policy. Cut to
 * what an index can hold.
 */
export function fetchOf(userAgent: string | null): { client: string; clientVersion: string | null } {
  const [, client = 'unknown', version = null] =
    /^([^/\s]{1,80})\/(\d{1,9}\.\d{1,9}\.\d{1,9})/.exec(userAgent ?? '') ?? [];
  return { client, clientVersion: version };
}
