import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair } from 'jose';
import { type Configuration, interactionPolicy, Provider } from 'oidc-provider';

/** Somebody at the identity provider; the name that signs in is the subject. */
export interface IdpPerson {
  claims: Record<string, unknown>;
  amr?: string[];
  acr?: string;
}

export interface IdpClient {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  postLogoutRedirectUri: string;
}

/** A real OpenID provider (oidc-provider) for companies that do not exist. */
export interface OidcIdp {
  issuer: string;
  people: Map<string, IdpPerson>;
  /** The one client it knows, replaced by each call. */
  register(client: IdpClient): Promise<void>;
  /** Who is signed in without being asked; null: a page with a form asks (`login`). */
  automatically(login: string | null): void;
  /** Another signing key, with another id; the former one is gone. */
  rollKeys(): Promise<void>;
  /** Requests so far, `GET /jwks`. */
  requests: string[];
  close(): Promise<void>;
}

const page = (uid: string, people: Iterable<string>): string =>
  `<!doctype html><html lang="en"><title>Example identity provider</title><h1>Sign in to Example IdP</h1>
<form method="post" action="/interaction/${uid}"><label>Account <select name="login">${[...people].map((name) => `<option>${name}</option>`).join('')}</select></label>
<button>Sign in</button> <button name="refuse" value="1">Refuse</button></form></html>`;

const signingKey = async () => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return {
    ...(await exportJWK(privateKey)),
    alg: 'RS256',
    use: 'sig',
    kid: `key-${Math.random().toString(36).slice(2)}`,
  };
};

/** Asks at every sign-on, so that a test decides each time who it is. */
function loginPolicy() {
  const { Check, Prompt, base } = interactionPolicy;
  const ask = new Check('asked', 'everybody is asked each time', (ctx) =>
    ctx.oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
  );
  const policy = base();
  policy.clear();
  policy.add(new Prompt({ name: 'login', requestable: true }, ask));
  return policy;
}

interface Situation {
  issuer: string;
  client: IdpClient;
  key: Awaited<ReturnType<typeof signingKey>>;
  people: Map<string, IdpPerson>;
}

function configuration({ client, key, people }: Situation): Configuration {
  return {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [client.redirectUri],
        post_logout_redirect_uris: [client.postLogoutRedirectUri],
      },
    ],
    jwks: { keys: [key] as NonNullable<Configuration['jwks']>['keys'] },
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      email: ['email', 'email_verified'],
      profile: ['name', 'groups', 'realm_access', '_claim_names'],
    },
    acrValues: ['urn:example:mfa', 'urn:example:password'],
    conformIdTokenClaims: false,
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    cookies: { keys: ['only for tests'] },
    features: { devInteractions: { enabled: false } },
    interactions: { policy: loginPolicy(), url: (_ctx, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async (ctx) => {
      const { provider, session, client: asking } = ctx.oidc;
      const grant = new provider.Grant({
        ...(asking && { clientId: asking.clientId }),
        ...(session?.accountId && { accountId: session.accountId }),
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    findAccount: (_ctx, accountId) => {
      const person = people.get(accountId);
      return person && { accountId, claims: () => ({ sub: accountId, ...person.claims }) };
    },
  };
}

const forgetSession = ({ headers }: IncomingMessage): void => {
  const kept = (headers.cookie ?? '').split('; ').filter((cookie) => !cookie.startsWith('_session'));
  headers.cookie = kept.join('; ');
};

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export async function startOidcIdp(people: Record<string, IdpPerson> = {}): Promise<OidcIdp> {
  const requests: string[] = [];
  let automatic: string | null = null;
  let provider: Provider | null = null;
  const known = new Map(Object.entries(people));
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nobody = { clientId: 'nobody', clientSecret: 'nobody', redirectUri: issuer, postLogoutRedirectUri: issuer };
  const situation: Situation = { issuer, client: nobody, key: await signingKey(), people: known };
  const open = () => {
    provider = new Provider(issuer, configuration(situation));
  };
  open();

  async function finish(request: IncomingMessage, response: ServerResponse, login: string | null): Promise<void> {
    const person = known.get(login ?? '');
    const result =
      login === null || !person
        ? { error: 'access_denied', error_description: 'The administrator has not assigned you to this application.' }
        : {
            login: { accountId: login, ...(person.amr && { amr: person.amr }), ...(person.acr && { acr: person.acr }) },
          };
    await provider?.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', issuer);
    requests.push(`${request.method} ${pathname}`);
    // Everybody who comes is somebody new: a browser that changed its mind would be asked to sign out first.
    if (!pathname.startsWith('/session/')) forgetSession(request);
    const uid = /^\/interaction\/([\w-]+)$/.exec(pathname)?.[1];
    if (uid === undefined) return provider?.callback()(request, response);
    if (request.method === 'POST') {
      const form = new URLSearchParams(await text(request));
      return finish(request, response, form.has('refuse') ? null : form.get('login'));
    }
    if (automatic !== null) return finish(request, response, automatic);
    response.writeHead(200, { 'content-type': 'text/html' }).end(page(uid, known.keys()));
  }

  return {
    issuer,
    people: known,
    requests,
    register: async (client) => {
      situation.client = client;
      open();
    },
    automatically: (login) => {
      automatic = login;
    },
    rollKeys: async () => {
      situation.key = await signingKey();
      open();
    },
    close: () => close(server),
  };
}
