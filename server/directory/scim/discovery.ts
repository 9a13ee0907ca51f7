import { ReeveError } from '#server/fail.ts';
import { limits } from './limits.ts';
import { type Definition, definitions, enterprise, enterpriseUrn } from './schemas.ts';
import type { ScimAnswer, ScimCaller, ScimRequest } from './scim-call.ts';
import { urns } from './wire.ts';

const core = (name: string) => `urn:ietf:params:scim:schemas:core:2.0:${name}`;

const serviceProviderConfig = (baseUrl: string) => ({
  schemas: [core('ServiceProviderConfig')],
  patch: { supported: true },
  bulk: { supported: true, maxOperations: limits.bulkOperations, maxPayloadSize: limits.bodyBytes },
  filter: { supported: true, maxResults: limits.results },
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'API key',
      description: 'A workspace API key with the scope “scim”, sent as a bearer token.',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
});

const resourceTypes = (baseUrl: string) =>
  (['User', 'Group'] as const).map((name) => ({
    schemas: [core('ResourceType')],
    id: name,
    name,
    endpoint: `/${name}s`,
    description: definitions[name].description,
    schema: definitions[name].id,
    ...(name === 'User' ? { schemaExtensions: [{ schema: enterpriseUrn, required: false }] } : {}),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${name}` },
  }));

const schemas = (baseUrl: string) =>
  [definitions.User, definitions.Group, enterprise].map((definition: Definition) =>
    definition.describe(`${baseUrl}/Schemas`),
  );

function listed(items: readonly { id: string }[], id: string | undefined): ScimAnswer {
  if (id === undefined) {
    const counts = { totalResults: items.length, startIndex: 1, itemsPerPage: items.length };
    return { status: 200, body: { schemas: [urns.list], ...counts, Resources: items } };
  }
  const item = items.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (!item) throw new ReeveError('not-found', {}, { message: `“${id}” is not known here.` });
  return { status: 200, body: item };
}

/** What this server is and has (RFC 7644 §4). */
export function answerDiscovery({ baseUrl }: ScimCaller, { path, query }: ScimRequest): ScimAnswer {
  const [what, id, ...rest] = path;
  // RFC 7644 §4: these are not filtered, so that nobody takes a part for the whole.
  if (query.filter !== undefined)
    throw new ReeveError('not-permitted', {}, { message: 'The discovery endpoints cannot be filtered.' });
  if (rest.length === 0) {
    if (what === 'ServiceProviderConfig' && id === undefined)
      return { status: 200, body: serviceProviderConfig(baseUrl) };
    if (what === 'ResourceTypes') return listed(resourceTypes(baseUrl), id);
    if (what === 'Schemas') return listed(schemas(baseUrl), id);
  }
  throw new ReeveError(
    'not-found',
    {},
    { message: `SCIM has nothing at /${path.join('/')}. There are /Users and /Groups.` },
  );
}
