import type { Services } from '#server/services.ts';

/** Sent by clients with every OTLP request; only a delivered policy carries it. */
export const telemetryHeader = 'x-reeve-telemetry';
const signerPurpose = 'telemetry';

interface Whose {
  workspaceId: string;
  memberId: string;
  /** `access_tokens.id` of the client of a hosted task. */
  hostedTokenId?: string | undefined;
}

/**
 * The same for the same member as long as the master key stays. It opens nothing but reporting as this member. An agent can read the
 * one of its own client, so that one ends with the lease of its attempt.
 */
export const telemetryTokenOf = (
  { signerFor }: Pick<Services, 'signerFor'>,
  { workspaceId, memberId, hostedTokenId }: Whose,
): Promise<string> =>
  signerFor(signerPurpose).sign({
    ws: workspaceId,
    mem: memberId,
    ...(hostedTokenId === undefined ? {} : { tok: hostedTokenId }),
  });

/** @returns whose token it is, or null when it was not made here. Ask whether the member is still there, and the lease. */
export async function readTelemetryToken(
  { signerFor }: Pick<Services, 'signerFor'>,
  token: string,
): Promise<Whose | null> {
  const claims = await signerFor(signerPurpose).verify(token);
  if (typeof claims?.ws !== 'string' || typeof claims.mem !== 'string') return null;
  const hosted = typeof claims.tok === 'string' ? { hostedTokenId: claims.tok } : {};
  return { workspaceId: claims.ws, memberId: claims.mem, ...hosted };
}
