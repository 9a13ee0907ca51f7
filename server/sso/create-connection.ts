import type { z } from 'zod';
import type { ClaimMapping, Connection } from '#contract/sso.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { insertConnection } from './connection-queries.ts';

/** What Okta, Entra ID, Keycloak and Google send without being told otherwise. */
const usualClaims: Record<Connection['kind'], z.infer<typeof ClaimMapping>> = {
  oidc: { email: 'email', name: 'name', groups: 'groups' },
  saml: { email: 'email', name: 'name', groups: 'groups' },
};

/** A draft, which nobody signs in with. @returns its id */
export async function createConnection(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: { workspaceId: string; actor: Actor },
  { kind, name }: Pick<Connection, 'kind' | 'name'>,
): Promise<string> {
  const id = newId('sso');
  await db.transaction().execute(async (tx) => {
    const at = clock();
    const isNew = await insertConnection(tx, {
      id,
      workspace_id: workspaceId,
      kind,
      name,
      settings: null,
      sealed_client_secret: null,
      sealed_signing_keys: null,
      claims: JSON.stringify(usualClaims[kind]),
      just_in_time: JSON.stringify({ who: 'nobody' }),
      group_mappings: '[]',
      required_context: JSON.stringify({ amr: [], acr: [] }),
      last_test: null,
      tested_version: null,
      last_used_at: null,
      created_at: at,
      updated_at: at,
    });
    if (!isNew)
      throw new ReeveError('already-exists', {}, { message: `There is a connection named “${name}” already.` });
    await record(tx, actor, 'sso-connection.created', {
      at,
      subject: { kind: 'sso-connection', id, label: name },
      after: { kind, name },
    });
  });
  return id;
}
