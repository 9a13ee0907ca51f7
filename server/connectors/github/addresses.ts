import { ReeveError } from '#server/fail.ts';
import { refuseUnsafeUrl } from '#server/http/guarded-fetch.ts';

/** Where GitHub posts what happened. */
export const hookPath = (connectionId: string): string => `/git/webhooks/${connectionId}`;
/** A page that posts the manifest of a new app to GitHub. */
export const appFormPath = '/git/app-form';
/** Pages of the console that GitHub leads back to. */
export const appMadePath = '/git/app-made';
export const accountLinkedPath = '/git/account-linked';

/** GitHub's own hosts, which call from the internet. */
export const isHostedByGithub = (baseUrl: string): boolean => {
  const { hostname } = new URL(baseUrl);
  return hostname === 'github.com' || hostname.endsWith('.ghe.com');
};

const isLoopbackHost = (hostname: string): boolean =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || hostname.startsWith('127.');

/** Whether the server can call us at all: github.com takes no hook on a loopback address. */
export const canCallBack = (baseUrl: string, origin: string): boolean =>
  !(isHostedByGithub(baseUrl) && isLoopbackHost(new URL(origin).hostname));

/** Where the REST API of a GitHub is: github.com, an enterprise with data residency (ghe.com), or Enterprise Server. */
export function apiUrlOf(baseUrl: string): string {
  const { hostname } = new URL(baseUrl);
  if (hostname === 'github.com') return 'https://api.github.com';
  if (hostname.endsWith('.ghe.com')) return `https://api.${hostname}`;
  return `${baseUrl}/api/v3`;
}

/**
 * The address as it is kept: without a slash at its end, query or fragment. `field` is where it was written.
 * @throws ReeveError bad-input
 */
export function readServerUrl(text: string, field: 'url' | 'baseUrl' = 'url'): string {
  const refuse = (message: string) =>
    new ReeveError('bad-input', { issues: [{ path: [field], message }] }, { message });
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw refuse('Is no address. Write it whole, as in https://git.example.com/group/project.git.');
  refuseUnsafeUrl(url, refuse);
  // The root of all names: the same host, by a name that no certificate has.
  url.hostname = url.hostname.replace(/\.+$/, '');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Where whoever owns the account installs the app, or changes what it may reach. */
export const installUrlOf = (appUrl: string): string => `${appUrl}/installations/new`;

/** GitHub's page of the installation. */
export const manageUrlOf = (
  baseUrl: string,
  { account, kind, externalId }: { account: string; kind: 'organization' | 'user'; externalId: string },
): string =>
  kind === 'organization'
    ? `${baseUrl}/organizations/${account}/settings/installations/${externalId}`
    : `${baseUrl}/settings/installations/${externalId}`;
