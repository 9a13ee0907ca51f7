import type { Services } from '#server/services.ts';
import { type StartOptions, startOidc } from './oidc/start-oidc.ts';
import { SignOnRefused } from './problems.ts';
import { startSaml } from './saml/start-saml.ts';

/**
 * Where the browser goes, by the connection's protocol. Somebody who tests may use a connection that is not on yet.
 * @throws SignOnRefused
 */
export async function startSignOn(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'origin'>,
  options: StartOptions,
): Promise<string> {
  const { connection, purpose } = options;
  if (purpose !== 'test' && connection.status !== 'enabled') throw new SignOnRefused('connection-off');
  return connection.kind === 'oidc' ? startOidc(services, options) : startSaml(services, options);
}
