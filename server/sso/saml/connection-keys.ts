import type { Services } from '#server/services.ts';
import { type ConnectionRow, findConnectionOfSignIn } from '../connection-queries.ts';
import { signingKeysPlace } from '../secret-places.ts';
import { replaceSigningKeys } from './saml-queries.ts';
import { createServiceProviderKeys, rollOver, ServiceProviderKeys } from './service-provider-keys.ts';

type Keys = Pick<Services, 'db' | 'clock' | 'secrets'>;
type Row = Pick<ConnectionRow, 'id' | 'sealed_signing_keys'>;

const open = async ({ secrets }: Keys, id: string, sealed: string): Promise<ServiceProviderKeys> =>
  ServiceProviderKeys.parse(JSON.parse(await secrets.open(sealed, signingKeysPlace(id))));

async function store(
  services: Keys,
  { id, sealed_signing_keys: was }: Row,
  keys: ServiceProviderKeys,
): Promise<boolean> {
  const sealed = await services.secrets.seal(JSON.stringify(keys), signingKeysPlace(id));
  return replaceSigningKeys(services.db, { id, was, sealed });
}

/** Our keys for a connection; made when they are first asked for. */
export async function connectionKeys(services: Keys, row: Row): Promise<ServiceProviderKeys> {
  const { id, sealed_signing_keys: sealed } = row;
  if (sealed !== null) return open(services, id, sealed);
  const made = await createServiceProviderKeys(id, services.clock());
  if (await store(services, row, made)) return made;
  const now = await findConnectionOfSignIn(services.db, id);
  if (!now?.sealed_signing_keys) throw new Error(`the connection ${id} went while its keys were made`);
  return open(services, id, now.sealed_signing_keys);
}

/** One step of the rollover of our certificate, where one is due. */
export async function rollOverKeys(services: Keys, row: Row): Promise<boolean> {
  if (row.sealed_signing_keys === null) return false;
  const keys = await open(services, row.id, row.sealed_signing_keys);
  const next = await rollOver(keys, row.id, services.clock());
  return next !== null && (await store(services, row, next));
}
