import { App, Octokit, RequestError } from 'octokit';
import { ReeveError } from '#server/fail.ts';
import { guardedFetch } from '#server/http/guarded-fetch.ts';
import type { Services } from '#server/services.ts';
import type { ConnectionRow } from '../connections/connection-queries.ts';
import { clientSecretPlace, privateKeyPlace } from '../secret-places.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface OctokitCall {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

const fetchGuarded = (url: string, { method = 'GET', headers = {}, body, signal }: OctokitCall = {}) =>
  guardedFetch(url, {
    method,
    headers,
    body: body === undefined || body === null ? null : String(body),
    ...(signal && { signal }),
  });

/**
 * One try: whoever waits is told at once, and jobs come again by themselves. Nothing is written to the log, because the library's lines
 * hold addresses with codes in them.
 */
const Client = Octokit.defaults({
  userAgent: 'Reeve',
  log: silent,
  retry: { enabled: false },
  throttle: { enabled: false },
  request: { fetch: fetchGuarded },
});

/** GitHub without a credential, for what needs none. */
export const anonymousGithub = (apiUrl: string): Octokit => new Client({ baseUrl: apiUrl });

/** As the holder of this token. */
export const githubAs = (apiUrl: string, token: string): Octokit => new Client({ baseUrl: apiUrl, auth: token });

export interface AppSecrets {
  privateKey: string;
  clientSecret: string;
}

/** The secrets that are kept. @throws ReeveError git-server-failed for a connection without an app */
export async function openSecrets(
  { secrets }: Pick<Services, 'secrets'>,
  { id, name, sealed_private_key, sealed_client_secret }: ConnectionRow,
): Promise<AppSecrets> {
  if (!sealed_private_key || !sealed_client_secret)
    throw new ReeveError('git-server-failed', {}, { message: `${name} has no GitHub App.` });
  return {
    privateKey: await secrets.open(sealed_private_key, privateKeyPlace(id)),
    clientSecret: await secrets.open(sealed_client_secret, clientSecretPlace(id)),
  };
}

/**
 * An app with these secrets: `octokit` signs as the app itself, `oauth` is its sign-in of people.
 * @throws ReeveError git-server-failed for a connection without an app
 */
export function appWith({ name, app_id, api_url, client_id }: ConnectionRow, secrets: AppSecrets): App {
  if (!app_id || !api_url || !client_id)
    throw new ReeveError('git-server-failed', {}, { message: `${name} has no GitHub App.` });
  return new App({
    appId: app_id,
    privateKey: secrets.privateKey,
    oauth: { clientId: client_id, clientSecret: secrets.clientSecret },
    Octokit: Client.defaults({ baseUrl: api_url }),
    log: silent,
  });
}

/** The app of a connection. @throws ReeveError git-server-failed for a connection without an app */
export const openApp = async (services: Pick<Services, 'secrets'>, connection: ConnectionRow): Promise<App> =>
  appWith(connection, await openSecrets(services, connection));

export const isNotFound = (error: unknown): boolean => error instanceof RequestError && error.status === 404;

const longestSaid = 300;

/** The deepest message: the libraries wrap what the network said. */
function saidBy(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return (reason instanceof Error ? reason.message : String(reason)).slice(0, longestSaid);
}

/** What GitHub, or the network on the way to it, said. Bugs of ours come through as they are. */
export function asGitServerError(error: unknown, connection: { name: string; api_url: string | null }): unknown {
  if (!(error instanceof RequestError)) return error;
  const host = connection.api_url === null ? connection.name : new URL(connection.api_url).host;
  const said = error.response ? `${error.status} – ${error.message.slice(0, longestSaid)}` : saidBy(error);
  return new ReeveError('git-server-failed', { said }, { message: `${host} answered: ${said}`, cause: error });
}
