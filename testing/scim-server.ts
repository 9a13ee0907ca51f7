import { scimDialect } from '#server/directory/index.ts';
import { ReeveError } from '#server/fail.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { seedKey } from '#testing/seed-key.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';

/** Parsed JSON of somebody else's format; tests look at what they expect of it. */
export type ScimBody = Record<string, unknown> & {
  id: string;
  detail?: string;
  scimType?: string;
  totalResults?: number;
  Resources?: ScimBody[];
  Operations?: ScimBody[];
};

export interface ScimReply {
  status: number;
  body: ScimBody;
  headers: Headers;
}

export interface ScimServer {
  services: TestServices;
  workspaceId: string;
  ownerId: string;
  keyId: string;
  secret: string;
  call: (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<ScimReply>;
  close: () => Promise<void>;
}

/** The SCIM routes over a real database, called with a real key of the workspace. */
export async function openScimServer(options: { requestsEachMinute?: number } = {}): Promise<ScimServer> {
  const services = await openTestServices();
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  const { keyId, secret } = await seedKey(services, { workspaceId, scopes: ['scim'] });
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const nobody = () => Promise.reject(new ReeveError('token-invalid'));
  mountDialect(app, scimDialect(services, options), nobody, openKeyReader(services));
  return {
    services,
    workspaceId,
    ownerId,
    keyId,
    secret,
    async call(method, path, body, headers = {}) {
      const answer = await app.request(`https://reeve.test:8443/scim/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: JSON.parse(text === '' ? '{}' : text), headers: answer.headers };
    },
    close: () => services.close(),
  };
}

export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const patchOf = (...Operations: unknown[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});
