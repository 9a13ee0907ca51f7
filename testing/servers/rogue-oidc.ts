import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** What the token endpoint was asked, with the nonce of the authorization request. */
export interface TokenRequest {
  form: URLSearchParams;
  nonce: string | null;
}

export type Forge = (idp: RogueOidc, request: TokenRequest) => Promise<string> | string;

/** An OpenID provider that answers whatever a test wants: broken, taken over, or somebody else's. */
export interface RogueOidc {
  issuer: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
  kid: string;
  /** The ID token of the next answers. */
  forge: Forge;
  /** Replaces what user info says. */
  userInfo: Record<string, unknown> | null;
  /** Changes its discovery document. */
  metadata: Record<string, unknown>;
  /** Parameters of the answer to the browser, in place of the honest `code`, `state` and `iss`. */
  answerWith: ((honest: URLSearchParams) => URLSearchParams) | null;
  tokenRequests: TokenRequest[];
  /** A correct ID token, with these changes. */
  sign(request: TokenRequest, changes?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

const clientIdOf = ({ form }: TokenRequest): string => form.get('client_id') ?? 'reeve';

export async function startRogueOidc(): Promise<RogueOidc> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = 'rogue-key';
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
  const nonces = new Map<string, string | null>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', idp.issuer);
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (url.pathname === '/.well-known/openid-configuration') return json({ ...discovery(), ...idp.metadata });
    if (url.pathname === '/jwks') return json({ keys: [idp.publicJwk] });
    if (url.pathname === '/userinfo') return json(idp.userInfo ?? { sub: 'sub-of-mallory' });
    if (url.pathname === '/authorize') {
      const code = `code-${nonces.size}`;
      nonces.set(code, url.searchParams.get('nonce'));
      const honest = new URLSearchParams({ code, state: url.searchParams.get('state') ?? '', iss: idp.issuer });
      const answer = idp.answerWith ? idp.answerWith(honest) : honest;
      return response.writeHead(303, { location: `${url.searchParams.get('redirect_uri')}?${answer}` }).end();
    }
    const form = new URLSearchParams(await text(request));
    const asked: TokenRequest = { form, nonce: nonces.get(form.get('code') ?? '') ?? null };
    idp.tokenRequests.push(asked);
    const id_token = await idp.forge(idp, asked);
    return json({ access_token: 'rogue-access-token', token_type: 'Bearer', id_token });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const discovery = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  });
  const idp: RogueOidc = {
    issuer,
    privateKey,
    publicJwk,
    kid,
    forge: (self, request) => self.sign(request),
    userInfo: null,
    metadata: {},
    answerWith: null,
    tokenRequests: [],
    sign(request, changes = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const honest = {
        iss: issuer,
        aud: clientIdOf(request),
        sub: 'sub-of-mallory',
        iat: now,
        exp: now + 300,
        nonce: request.nonce,
        email: 'mallory@example.com',
        email_verified: true,
        name: 'Mallory',
        groups: [],
      };
      const claims = Object.fromEntries(
        Object.entries({ ...honest, ...changes }).filter(([, value]) => value !== undefined),
      );
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(privateKey);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return idp;
}
