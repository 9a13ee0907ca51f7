import type { z } from 'zod';
import {
  type Connection,
  type OidcSettings,
  OidcSettings as OidcSettingsShape,
  type SamlSettings,
  SamlSettings as SamlSettingsShape,
  type ServiceProviderFacts,
} from '#contract/sso.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type ConnectionRow, findConnection, listConnections } from './connection-queries.ts';
import { type DomainRow, listDomains } from './domain-queries.ts';
import { callbackUrl } from './oidc/addresses.ts';
import { serviceProviderAddresses } from './saml/service-provider.ts';

/** Null until they are filled in. */
export const oidcSettings = ({ kind, settings }: Pick<ConnectionRow, 'kind' | 'settings'>) =>
  kind === 'oidc' && settings !== null
    ? (OidcSettingsShape.parse(settings) satisfies z.infer<typeof OidcSettings>)
    : null;

export const samlSettings = ({ kind, settings }: Pick<ConnectionRow, 'kind' | 'settings'>) =>
  kind === 'saml' && settings !== null
    ? (SamlSettingsShape.parse(settings) satisfies z.infer<typeof SamlSettings>)
    : null;

export const serviceProviderFacts = (
  { kind, id }: Pick<ConnectionRow, 'kind' | 'id'>,
  origin: string,
): z.infer<typeof ServiceProviderFacts> =>
  kind === 'oidc'
    ? { redirectUri: callbackUrl(origin, id), entityId: null, assertionConsumerUrl: null, metadataUrl: null }
    : {
        redirectUri: null,
        ...serviceProviderAddresses(origin, id),
      };

function asConnection(row: ConnectionRow, domains: readonly DomainRow[], origin: string): Connection {
  const oidc = oidcSettings(row);
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    status: row.status,
    domains: domains
      .filter(({ status, connection_id }) => status === 'verified' && connection_id === row.id)
      .map(({ domain }) => domain),
    oidc: oidc && { ...oidc, hasClientSecret: row.sealed_client_secret !== null },
    saml: samlSettings(row),
    serviceProvider: serviceProviderFacts(row, origin),
    claims: row.claims,
    justInTime: row.just_in_time,
    groupMappings: row.group_mappings,
    required: row.required_context,
    lastTest: row.last_test,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

interface Place {
  db: Database;
  origin: string;
}

export async function readConnections({ db, origin }: Place, workspaceId: string): Promise<Connection[]> {
  const domains = await listDomains(db, workspaceId);
  return (await listConnections(db, workspaceId)).map((row) => asConnection(row, domains, origin));
}

/** @throws ReeveError not-found */
export async function readConnection({ db, origin }: Place, workspaceId: string, id: string): Promise<Connection> {
  const row = await findConnection(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found');
  return asConnection(row, await listDomains(db, workspaceId), origin);
}
