import fc from 'fast-check';

/** One request as it goes over the wire. The path is under the server's origin. */
export interface RawRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** What a caller may hold: bad input gets past the front door only with valid credentials. */
export interface Credentials {
  cookie: string;
  origin: string;
  accessToken: string;
  policyRevision: string;
}

/** In every bad input that pretends to be a secret, so that a log that repeats one is found. */
export const marker = 'otters-are-secret';

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
/** JSON of the wrong shape for every endpoint that needs fields, or no JSON at all. */
const wrongBody = fc.oneof(
  fc.array(fc.jsonValue(), { maxLength: 4 }).map((value) => JSON.stringify(value)),
  fc.string({ maxLength: 60 }).map((text) => `{"${text}`),
  fc.constantFrom('null', '"text"', '17', 'true', '', '{', '{}', '\u0000', `${'['.repeat(5000)}`, '{"__proto__":{}}'),
);
const token = fc.stringMatching(/^[A-Za-z0-9._~-]{1,80}$/).map((text) => `${marker}.${text}`);
const headerValue = fc.stringMatching(/^[ -~]{0,120}$/);

const ownEndpoints: [method: string, path: string][] = [
  ['POST', '/session'],
  ['POST', '/links/preview'],
  ['POST', '/links/owner'],
  ['POST', '/links/member'],
  ['POST', '/members/invitations'],
  ['POST', '/groups'],
  ['POST', '/policies'],
  ['POST', '/policies/validation'],
  ['POST', '/policies/edits'],
  ['POST', '/policies/commands'],
  ['POST', '/policies/tests'],
  ['PUT', '/policies/nothing/draft'],
  ['POST', '/policies/nothing/publication'],
  ['PUT', '/policy-assignments'],
  ['PUT', '/models/upstream'],
  ['POST', '/models'],
  ['POST', '/access-tokens'],
  ['POST', '/account/password'],
];

const ownBodies = ({ cookie, origin }: Credentials) =>
  fc.tuple(fc.constantFrom(...ownEndpoints), wrongBody).map(
    ([[method, path], body]): RawRequest => ({
      method,
      path: `/api/v1${path}`,
      headers: { ...json, cookie, origin },
      body,
    }),
  );

const ownQueries = ({ cookie }: Credentials) =>
  fc
    .tuple(
      fc.constantFrom('/members', '/activity', '/audit', '/groups'),
      fc.constantFrom('cursor', 'limit'),
      fc.string({ minLength: 1, maxLength: 40 }),
    )
    .map(
      ([path, name, value]): RawRequest => ({
        method: 'GET',
        path: `/api/v1${path}?${name}=${encodeURIComponent(`~${value}`)}`,
        headers: { cookie },
        body: '',
      }),
    );

/** TOML that cannot be read, whatever the free text before the last line is. */
const documents = ({ cookie, origin }: Credentials) =>
  fc.tuple(fc.string({ maxLength: 200, unit: 'binary' }), fc.string({ maxLength: 40 })).map(
    ([text, name]): RawRequest => ({
      method: 'POST',
      path: '/api/v1/policies/edits',
      headers: { ...json, cookie, origin },
      body: JSON.stringify({ contents: `${text}\n= "${marker}\n`, edits: [{ path: [`x${name}`], value: 1 }] }),
    }),
  );

const clientPaths = [
  ['GET', '/backend-api/wham/config/bundle'],
  ['GET', '/api/codex/config/bundle'],
  ['GET', '/backend-api/wham/accounts/check'],
  ['GET', '/backend-api/codex/models'],
  ['POST', '/backend-api/codex/responses'],
  ['POST', '/v1/responses'],
  ['GET', '/api/accounts/v1/user-auth-credential/whoami'],
] as const;

const tokens = ({ accessToken }: Credentials) =>
  fc
    .tuple(
      fc.constantFrom(...clientPaths),
      fc.oneof(token, fc.constant(`${accessToken}x`), headerValue),
      fc.constantFrom('Bearer ', 'Bearer  ', 'Basic ', ''),
    )
    .map(
      ([[method, path], value, scheme]): RawRequest => ({
        method,
        path,
        headers: { authorization: `${scheme}${value}` },
        body: '',
      }),
    );

const headers = ({ accessToken }: Credentials) =>
  fc.tuple(fc.constantFrom('chatgpt-account-id', 'x-reeve-policy'), headerValue).map(
    ([name, value]): RawRequest => ({
      method: 'POST',
      path: '/backend-api/codex/responses',
      headers: { ...json, authorization: `Bearer ${accessToken}`, originator: 'codex_exec', [name]: `~${value}` },
      body: '{"model":"corp-model","input":"hi"}',
    }),
  );

const modelCalls = ({ accessToken, policyRevision }: Credentials) =>
  fc.tuple(fc.oneof(wrongBody, fc.uint8Array({ maxLength: 300 })), fc.constantFrom('zstd', 'gzip', 'br', 'none')).map(
    ([body, encoding]): RawRequest => ({
      method: 'POST',
      path: '/backend-api/codex/responses',
      headers: {
        ...json,
        authorization: `Bearer ${accessToken}`,
        'x-reeve-policy': policyRevision,
        ...(encoding === 'none' ? {} : { 'content-encoding': encoding }),
      },
      body,
    }),
  );

const oauth = () =>
  fc
    .tuple(
      fc.constantFrom('/oauth/token', '/api/accounts/deviceauth/usercode', '/api/accounts/deviceauth/token'),
      fc.oneof(
        wrongBody.map((body) => ({ headers: json, body })),
        fc
          .dictionary(fc.constantFrom('grant_type', 'code', 'client_id', 'refresh_token', 'redirect_uri'), token)
          .map((fields) => ({ headers: form, body: new URLSearchParams(fields).toString() })),
      ),
    )
    .map(
      ([path, { headers: contentType, body }]): RawRequest => ({ method: 'POST', path, headers: contentType, body }),
    );

const authorize = () =>
  fc
    .dictionary(fc.constantFrom('client_id', 'redirect_uri', 'scope', 'state', 'response_type'), fc.string(), {
      maxKeys: 5,
    })
    .map(
      (fields): RawRequest => ({
        method: 'GET',
        path: `/oauth/authorize?${new URLSearchParams(fields)}`,
        headers: {},
        body: '',
      }),
    );

/** Requests that no honest client sends; each has to be refused with a 4xx that says why. */
export const badRequests = (held: Credentials): fc.Arbitrary<RawRequest> =>
  fc.oneof(
    { arbitrary: ownBodies(held), weight: 3 },
    ownQueries(held),
    documents(held),
    tokens(held),
    headers(held),
    { arbitrary: modelCalls(held), weight: 2 },
    oauth(),
    authorize(),
  );
