import { randomBytes } from 'node:crypto';
import type { Services } from '#server/services.ts';
import { type NewAttempt, startAttempt } from '../attempts.ts';
import type { ConnectionRow } from '../connection-queries.ts';
import { SignOnRefused } from '../problems.ts';
import { samlSettings } from '../read-connections.ts';
import { connectionKeys } from './connection-keys.ts';
import { authnRequestUrl, serviceProviderAddresses } from './service-provider.ts';

export interface SamlStart extends Omit<NewAttempt, 'requestId' | 'connection'> {
  connection: ConnectionRow;
  /** Asks the identity provider to have the person sign in again, though it may know them still. */
  reauthenticate: boolean;
}

/** An XML id may not begin with a digit. */
const newRequestId = (): string => `_${randomBytes(20).toString('hex')}`;

/**
 * Starts an attempt and tells where the browser goes with it.
 * @throws SignOnRefused connection-off, when the connection has no identity provider yet
 */
export async function startSaml(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'origin'>,
  { connection, reauthenticate, ...attempt }: SamlStart,
): Promise<string> {
  const settings = samlSettings(connection);
  if (!settings)
    throw new SignOnRefused('connection-off', {
      message: 'The connection has no metadata of an identity provider yet.',
    });
  const requestId = newRequestId();
  const { state } = await startAttempt(services, { ...attempt, connection, requestId });
  const { current } = await connectionKeys(services, connection);
  return authnRequestUrl({
    addresses: serviceProviderAddresses(services.origin, connection.id),
    privateKeyPem: settings.signsRequests ? current.privateKeyPem : null,
    requestId,
    signOnUrl: settings.signOnUrl,
    relayState: state,
    contextClasses: connection.required_context.acr,
    forceAuthn: reauthenticate,
  });
}
