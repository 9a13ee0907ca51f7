import { z } from 'zod';
import type { Services } from '#server/services.ts';
import type { ConnectionRow } from '../connection-queries.ts';
import { samlSettings } from '../read-connections.ts';
import { connectionKeys } from './connection-keys.ts';
import { logoutRequestUrl, serviceProviderAddresses } from './service-provider.ts';

const LogoutHint = z.object({
  nameId: z.object({
    value: z.string(),
    format: z.string().nullable(),
    nameQualifier: z.string().nullable(),
    spNameQualifier: z.string().nullable(),
  }),
  sessionIndex: z.string().nullable(),
});

/** What a session keeps, sealed, to end the one at the identity provider. */
export const logoutHintOf = (facts: z.infer<typeof LogoutHint>): string => JSON.stringify(LogoutHint.parse(facts));

/** Where the browser goes after it signed out here; null when the identity provider publishes no single logout. */
export async function samlLogoutUrl(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'origin'>,
  connection: ConnectionRow,
  hint: string,
): Promise<string | null> {
  const settings = samlSettings(connection);
  if (!settings?.logoutUrl) return null;
  const { nameId, sessionIndex } = LogoutHint.parse(JSON.parse(hint));
  const { current } = await connectionKeys(services, connection);
  return logoutRequestUrl({
    addresses: serviceProviderAddresses(services.origin, connection.id),
    // The profile (§4.4.4.1) wants this one signed whatever is chosen for sign-ins.
    privateKeyPem: current.privateKeyPem,
    logoutUrl: settings.logoutUrl,
    nameId,
    sessionIndex,
  });
}
