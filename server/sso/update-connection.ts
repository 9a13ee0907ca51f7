import type { z } from 'zod';
import type { sso } from '#contract/sso-endpoints.ts';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { refuseUnsafeUrl } from '#server/http/guarded-fetch.ts';
import { refuseBeyondOwn } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { deleteAccounts } from './account-queries.ts';
import { type ActingAdmin, requireOwnerFor } from './acting-admin.ts';
import {
  type ConnectionRow,
  findConnection,
  isConnectionNameTaken,
  listRolesOfGroups,
  lockConnection,
  updateConnection,
} from './connection-queries.ts';
import { bindDomains, listDomains } from './domain-queries.ts';
import { oidcSettings, samlSettings } from './read-connections.ts';
import { configureSaml, type Settings } from './saml/configure-saml.ts';
import { clientSecretPlace } from './secret-places.ts';

export type ConnectionChange = Omit<
  z.output<NonNullable<(typeof sso.connections.update)['~orpc']['inputSchema']>>,
  'id'
>;

type Columns = Parameters<typeof updateConnection>[2];
type Write = Pick<Services, 'db' | 'clock' | 'secrets'>;

const badInput = (path: string, message: string) =>
  new ReeveError('bad-input', { issues: [{ path: [path], message }] });

async function oidcColumns(
  { secrets }: Pick<Services, 'secrets'>,
  row: ConnectionRow,
  change: NonNullable<ConnectionChange['oidc']>,
): Promise<Columns> {
  if (row.kind !== 'oidc') throw badInput('oidc', 'This is a SAML connection.');
  const { clientSecret, ...settings } = change;
  refuseUnsafeUrl(new URL(settings.issuer), (message) => badInput('issuer', message));
  const scopes = [...new Set(['openid', ...settings.scopes])];
  const columns: Columns = { settings: JSON.stringify({ ...settings, scopes }) };
  // A secret belongs to one client at one provider: kept for another, it would be sent to whoever that is.
  const was = oidcSettings(row);
  const isOther = was !== null && (was.issuer !== settings.issuer || was.clientId !== settings.clientId);
  if (clientSecret === undefined) return isOther ? { ...columns, sealed_client_secret: null } : columns;
  const sealed = clientSecret === null ? null : await secrets.seal(clientSecret, clientSecretPlace(row.id));
  return { ...columns, sealed_client_secret: sealed };
}

/** People of these domains are sent to this connection: they have to be the workspace's own. */
async function bindOwnDomains(tx: Database, row: ConnectionRow, domainIds: readonly string[]): Promise<void> {
  const domains = await listDomains(tx, row.workspace_id);
  for (const id of domainIds) {
    const found = domains.find((domain) => domain.id === id);
    if (!found)
      throw new ReeveError(
        'not-found',
        { domainId: id },
        { message: 'A domain that was chosen is not there any more.' },
      );
    if (found.status !== 'verified')
      throw new ReeveError('conflict', { domainId: id }, { message: `${found.domain} is not verified yet.` });
    if (found.connection_id !== null && found.connection_id !== row.id)
      throw new ReeveError(
        'conflict',
        { domainId: id },
        {
          message: `People of ${found.domain} sign in with another connection. Take the domain away from that one first.`,
        },
      );
  }
  await bindDomains(tx, { connectionId: row.id, domainIds });
}

/** Whoever maps a group could be put into it by the identity provider: that is giving its roles. */
async function refuseMappingsBeyondOwn(
  tx: Database,
  { workspaceId, isOwner, permissions }: ActingAdmin,
  { row, mappings }: { row: ConnectionRow; mappings: NonNullable<ConnectionChange['groupMappings']> },
): Promise<void> {
  const known = new Set(row.group_mappings.map(({ groupId, value }) => `${groupId} ${value}`));
  const added = mappings
    .filter(({ groupId, value }) => !known.has(`${groupId} ${value}`))
    .map(({ groupId }) => groupId);
  const groups = await listRolesOfGroups(tx, workspaceId, [...new Set(added)]);
  for (const id of added)
    if (!groups.some((group) => group.id === id))
      throw new ReeveError('not-found', { groupId: id }, { message: 'A group that was chosen is not there any more.' });
  const managed = groups.find(({ source }) => source === 'scim');
  if (managed)
    throw new ReeveError(
      'conflict',
      { groupId: managed.id },
      { message: `“${managed.name}” is kept by provisioning (SCIM), which decides alone who is in it.` },
    );
  const roleIds = [...new Set(groups.map(({ role_id }) => role_id).filter((id) => id !== null))];
  await refuseBeyondOwn(tx, { workspaceId, isOwner, permissions }, roleIds);
}

interface SamlConfiguration {
  settings: Settings;
  /** The version of the settings it was made from. */
  of: number;
}

/** Outside of the transaction, because it may read the metadata from the network. */
async function configure(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, id }: { workspaceId: string; id: string },
  change: NonNullable<ConnectionChange['saml']>,
): Promise<SamlConfiguration> {
  const row = await findConnection(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found');
  if (row.kind !== 'saml') throw badInput('saml', 'This is an OpenID Connect connection.');
  return { settings: await configureSaml({ clock }, samlSettings(row), change), of: row.settings_version };
}

/** What is written, and what of it a test would have to prove again. */
async function columnsOf(
  services: Write,
  row: ConnectionRow,
  change: ConnectionChange,
  saml: SamlConfiguration | null,
): Promise<{ columns: Columns; isProvedByTest: boolean }> {
  const { name, oidc, claims, justInTime, groupMappings, required } = change;
  const proved = oidc ? await oidcColumns(services, row, oidc) : {};
  if (saml && saml.of !== row.settings_version) throw new ReeveError('conflict');
  return {
    isProvedByTest: oidc !== undefined || saml !== null || claims !== undefined,
    columns: {
      ...proved,
      ...(saml && { settings: JSON.stringify(saml.settings) }),
      ...(name !== undefined && { name }),
      ...(claims && { claims: JSON.stringify(claims) }),
      ...(justInTime && { just_in_time: JSON.stringify(justInTime) }),
      ...(groupMappings && { group_mappings: JSON.stringify(groupMappings) }),
      ...(required && { required_context: JSON.stringify(required) }),
    },
  };
}

const subjectOf = ({ id, name }: Pick<ConnectionRow, 'id' | 'name'>) => ({ kind: 'sso-connection', id, label: name });

/** What the log shows as before: only what the change touches, without secrets. */
const beforeOf = (row: ConnectionRow, change: ConnectionChange): Record<string, unknown> => ({
  ...(change.name !== undefined && { name: row.name }),
  ...((change.oidc ?? change.saml) && { settings: row.settings }),
  ...(change.claims && { claims: row.claims }),
  ...(change.justInTime && { justInTime: row.just_in_time }),
  ...(change.groupMappings && { groupMappings: row.group_mappings }),
  ...(change.required && { required: row.required_context }),
});

/** A metadata file is long, and what was read from it says more. */
const afterOf = (change: ConnectionChange, saml: SamlConfiguration | null): Record<string, unknown> =>
  saml === null ? change : { ...change, saml: saml.settings };

const providerOf = ({ settings }: ConnectionRow): string | null =>
  settings === null ? null : 'issuer' in settings ? settings.issuer : settings.idpEntityId;

/**
 * Names of one identity provider mean nothing at another: after such a change people are recognised by their address, as at their first
 * sign-on. Returns how many accounts were forgotten.
 */
async function forgetFormerProvider(tx: Database, before: ConnectionRow): Promise<number> {
  const after = await lockConnection(tx, before.workspace_id, before.id);
  return after && providerOf(after) !== providerOf(before) ? deleteAccounts(tx, before.id) : 0;
}

/** Changes a connection. What a test proves has to be tested again before it can be enabled; one that is on stays on. */
export async function changeConnection(
  services: Write,
  acting: ActingAdmin,
  { id, ...change }: ConnectionChange & { id: string },
): Promise<void> {
  const { db, clock } = services;
  const { workspaceId, actor } = acting;
  const configured = change.saml ? await configure(services, { workspaceId, id }, change.saml) : null;
  await db.transaction().execute(async (tx) => {
    const row = await lockConnection(tx, workspaceId, id);
    if (!row) throw new ReeveError('not-found');
    const { oidc, saml, claims, domainIds, required, justInTime } = change;
    if (row.status === 'enabled' && (oidc ?? saml ?? claims ?? domainIds ?? required ?? justInTime) !== undefined)
      requireOwnerFor('change this connection while it is enabled', acting);
    if (
      change.name !== undefined &&
      (await isConnectionNameTaken(tx, workspaceId, { name: change.name, exceptId: id }))
    )
      throw new ReeveError('already-exists', {}, { message: `There is a connection named “${change.name}” already.` });
    if (change.groupMappings) await refuseMappingsBeyondOwn(tx, acting, { row, mappings: change.groupMappings });
    if (domainIds) await bindOwnDomains(tx, row, domainIds);
    const { columns, isProvedByTest } = await columnsOf(services, row, change, configured);
    const at = clock();
    const version = isProvedByTest ? { settings_version: row.settings_version + 1 } : {};
    await updateConnection(tx, id, { ...columns, ...version, updated_at: at });
    const forgottenAccounts = await forgetFormerProvider(tx, row);
    const subject = subjectOf({ id, name: change.name ?? row.name });
    await record(tx, actor, 'sso-connection.updated', {
      at,
      subject,
      before: beforeOf(row, change),
      after: afterOf(change, configured),
      ...(forgottenAccounts > 0 && { forgottenAccounts }),
    });
  });
}
