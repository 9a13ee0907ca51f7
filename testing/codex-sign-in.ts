import { createHash, randomBytes } from 'node:crypto';
import type { Answer, Person } from './people.ts';
import type { SignInServer } from './sign-in-server.ts';

export const stockClientId = 'app_EMoamEEZ73f0CkXaXp7hrann';
export const stockScope = 'openid profile email offline_access api.connectors.read api.connectors.invoke';
export const loopback = 'http://127.0.0.1:1455/auth/callback';

export interface TokenAnswer {
  id_token: string;
  access_token: string;
  refresh_token: string;
}

export interface PkcePair {
  verifier: string;
  challenge: string;
}

export function pkcePair(): PkcePair {
  const verifier = randomBytes(64).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The address a stock client prints; `changes` with null leave a parameter out. */
export function authorizePath(challenge: string, changes: Record<string, string | null> = {}): string {
  const parameters: Record<string, string | null> = {
    response_type: 'code',
    client_id: stockClientId,
    redirect_uri: loopback,
    scope: stockScope,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    id_token_add_organizations: 'true',
    codex_cli_simplified_flow: 'true',
    state: 'state-of-the-client',
    originator: 'codex_cli_rs',
    ...changes,
  };
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  return `/oauth/authorize?${new URLSearchParams(present)}`;
}

/** Where a redirect leads. */
export const locationOf = ({ headers }: Answer<unknown>, origin: string): URL =>
  new URL(headers.location ?? '', origin);

/** Opens the client's link in a browser. @returns the sign-in's id, which the approval page has in its address */
export async function startAuthorization(
  { origin }: SignInServer,
  person: Person,
  path: string,
): Promise<{ uid: string }> {
  const answer = await person.send(path);
  const { pathname } = locationOf(answer, origin);
  const uid = /^\/authorize\/(.+)$/.exec(pathname)?.[1];
  if (answer.status !== 303 || uid === undefined)
    throw new Error(`no approval page: ${answer.status} ${answer.headers.location} ${answer.text}`);
  return { uid };
}

/** Approves (or denies) and follows back. @returns the address on the client's own listener */
export async function finishAuthorization(
  { origin }: SignInServer,
  person: Person,
  { uid, verb = 'approval' }: { uid: string; verb?: 'approval' | 'denial' },
): Promise<URL> {
  const answered = await person.send<{ redirectTo: string }>(`/api/v1/authorizations/${uid}/${verb}`, { json: {} });
  if (answered.status !== 200) throw new Error(`not answered: ${answered.status} ${answered.text}`);
  return locationOf(await person.send(answered.json().redirectTo), origin);
}

export const exchange = (
  server: SignInServer,
  form: Record<string, string>,
): Promise<Answer<TokenAnswer & { error?: string; error_description?: string }>> =>
  server.send('/oauth/token', {
    form: { grant_type: 'authorization_code', client_id: stockClientId, redirect_uri: loopback, ...form },
  });

/** A browser sign-in from link to tokens. */
export async function signInByBrowser(server: SignInServer, memberId: string): Promise<TokenAnswer> {
  const { verifier, challenge } = pkcePair();
  const person = await server.person(memberId);
  const { uid } = await startAuthorization(server, person, authorizePath(challenge));
  const back = await finishAuthorization(server, person, { uid });
  const answer = await exchange(server, { code: back.searchParams.get('code') ?? '', code_verifier: verifier });
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`);
  return answer.json();
}

export const refresh = (server: SignInServer, refreshToken: string) =>
  server.send<Partial<TokenAnswer> & { error?: { code: string } | string }>('/oauth/token', {
    json: {
      client_id: stockClientId,
      grant_type: 'refresh_token',
      refresh_reason: 'proactive_expiry',
      refresh_token: refreshToken,
    },
  });

export const whoCalls = (server: SignInServer, token: string, headers: Record<string, string> = {}) =>
  server.send<Record<string, unknown> & { error?: { code: string } }>('/backend-api/who', {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });

export async function startDevice(server: SignInServer, clientId = stockClientId) {
  const answer = await server.send<{ device_auth_id: string; user_code: string; interval: unknown }>(
    '/api/accounts/deviceauth/usercode',
    { json: { client_id: clientId } },
  );
  if (answer.status !== 200) throw new Error(`no device code: ${answer.status} ${answer.text}`);
  return answer.json();
}

export const pollDevice = (server: SignInServer, request: { device_auth_id: string; user_code: string }) =>
  server.send<{ authorization_code: string; code_challenge: string; code_verifier: string }>(
    '/api/accounts/deviceauth/token',
    { json: { device_auth_id: request.device_auth_id, user_code: request.user_code } },
  );

export const exchangeDevice = (
  server: SignInServer,
  polled: { authorization_code: string; code_verifier: string },
  changes: Record<string, string> = {},
) =>
  exchange(server, {
    code: polled.authorization_code,
    code_verifier: polled.code_verifier,
    redirect_uri: `${server.origin}/deviceauth/callback`,
    ...changes,
  });
