import { LRUCache } from 'lru-cache';
import { record, systemActor } from '#server/audit/index.ts';
import type { Services } from '#server/services.ts';
import type { ConnectionRow } from '../connection-queries.ts';
import { samlSettings } from '../read-connections.ts';
import { fetchMetadata, type Settings, withMetadata } from './configure-saml.ts';
import { SamlRefused } from './refuse-saml.ts';
import { replaceSettings } from './saml-queries.ts';

type Refresh = Pick<Services, 'db' | 'clock' | 'log'>;

/** Anybody who signs in can make us look; more often than this is for nobody's good. */
const lookAgainMs = 5 * 60_000;

/** What decides who is believed; when it was read does not. */
const trustOf = ({ idpEntityId, signOnUrl, logoutUrl, certificates }: Settings) => ({
  idpEntityId,
  signOnUrl,
  logoutUrl,
  certificates: certificates.map(({ subject, expiresAt, pem }) => ({ subject, expiresAt, pem })),
});

/** False when an administrator changed the connection meanwhile. */
const keep = (
  { db, clock }: Refresh,
  { connection, was, settings }: { connection: ConnectionRow; was: Settings; settings: Settings },
): Promise<boolean> =>
  db.transaction().execute(async (tx) => {
    const { id, name, workspace_id: workspaceId, settings_version: version } = connection;
    if (!(await replaceSettings(tx, { id, version, settings: JSON.stringify(settings) }))) return false;
    const [before, after] = [trustOf(was), trustOf(settings)];
    if (JSON.stringify(before) !== JSON.stringify(after)) {
      const subject = { kind: 'sso-connection', id, label: name };
      const actor = systemActor('new metadata of the identity provider', workspaceId);
      await record(tx, actor, 'sso-connection.updated', { at: clock(), subject, before, after });
    }
    return true;
  });

/**
 * Reads the metadata's address again and keeps the certificates found there. Another entity id is another identity provider: that is
 * for an administrator to decide, so nothing changes then.
 * @returns the settings that hold now; null when there is no address or nothing could be read
 */
export async function refreshMetadata(services: Refresh, connection: ConnectionRow): Promise<Settings | null> {
  const was = samlSettings(connection);
  if (!was?.metadataUrl) return null;
  const now = services.clock();
  try {
    const metadata = await fetchMetadata(was.metadataUrl, now);
    if (metadata.entityId !== was.idpEntityId)
      throw new SamlRefused(
        'metadata',
        `its entityID is now ${metadata.entityId}, and this connection is with ${was.idpEntityId}`,
      );
    const settings = { ...was, ...withMetadata(metadata, now) };
    return (await keep(services, { connection, was, settings })) ? settings : null;
  } catch (error) {
    if (!(error instanceof SamlRefused)) throw error;
    services.log.warn({ connectionId: connection.id, reason: error.detail }, 'SAML metadata could not be read again');
    const settings = { ...was, metadataProblem: error.detail.slice(0, 500) };
    await keep(services, { connection, was, settings });
    return null;
  }
}

/** For a signature of an unknown certificate: as above, at most every five minutes for a connection. */
export function refreshForUnknownCertificates(
  services: Refresh,
): (connection: ConnectionRow) => Promise<Settings | null> {
  const lastLooks = new LRUCache<string, number>({ max: 10_000 });
  return async (connection) => {
    const nowMs = services.clock().getTime();
    const lastMs = lastLooks.get(connection.id);
    if (lastMs !== undefined && nowMs - lastMs < lookAgainMs) return null;
    lastLooks.set(connection.id, nowMs);
    return refreshMetadata(services, connection);
  };
}
