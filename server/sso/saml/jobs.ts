import type { Services } from '#server/services.ts';
import { samlSettings } from '../read-connections.ts';
import { rollOverKeys } from './connection-keys.ts';
import { refreshMetadata } from './refresh-metadata.ts';
import { listSamlConnections } from './saml-queries.ts';

const dayMs = 86_400_000;
const warnBeforeMs = 30 * dayMs;

/** Every day: the identity providers' metadata, our own certificates' rollover, and a warning before a certificate ends. */
export async function refreshSaml(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>,
): Promise<{ refreshed: number; rolledOver: number; expiring: number }> {
  const counts = { refreshed: 0, rolledOver: 0, expiring: 0 };
  for (const connection of await listSamlConnections(services.db)) {
    const refreshed = await refreshMetadata(services, connection);
    if (refreshed) counts.refreshed += 1;
    if (await rollOverKeys(services, connection)) counts.rolledOver += 1;
    const certificates = (refreshed ?? samlSettings(connection))?.certificates ?? [];
    const lastsUntilMs = Math.max(...certificates.map(({ expiresAt }) => new Date(expiresAt).getTime()));
    if (certificates.length > 0 && lastsUntilMs - services.clock().getTime() < warnBeforeMs) {
      counts.expiring += 1;
      const facts = { connectionId: connection.id, name: connection.name, until: new Date(lastsUntilMs).toISOString() };
      services.log.warn(facts, 'the last certificate of an identity provider ends soon: load its new metadata');
    }
  }
  return counts;
}
