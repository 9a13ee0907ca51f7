import { CookieJar } from 'tough-cookie';
import type { z } from 'zod';
import type { Connection, SignOnProblem } from '#contract/sso.ts';
import type { sso } from '#contract/sso-endpoints.ts';
import { type Browser, createBrowser, type Page } from '#testing/codex-cli/follow-browser.ts';
import type { OwnApiSession, ServerAddress } from './own-api-session.ts';
import type { TestDns } from './servers/dns.ts';
import type { IdpClient } from './servers/oidc-idp.ts';

export type ConnectionChange = Omit<
  z.input<NonNullable<(typeof sso.connections.update)['~orpc']['inputSchema']>>,
  'id'
>;

export interface Provider {
  issuer: string;
  register?: (client: IdpClient) => Promise<void>;
}

const clientSecret = 'a secret of the connection, 32 bytes';

/** Proves a domain by its DNS record. @returns its id */
export async function verifyDomain({ api }: OwnApiSession, dns: TestDns, domain: string): Promise<string> {
  const { id, txtName, txtValue } = await api.sso.domains.add({ domain });
  dns.txt.set(txtName, [txtValue]);
  const checked = await api.sso.domains.check({ id });
  if (checked.status !== 'verified') throw new Error(`${domain}: ${checked.lastCheck}`);
  return id;
}

/** A connection to this provider, filled in but neither tested nor enabled. */
export async function prepareOidc(
  { api }: OwnApiSession,
  provider: Provider,
  { name, ...change }: ConnectionChange & { name: string },
): Promise<Connection> {
  const { id, serviceProvider } = await api.sso.connections.create({ kind: 'oidc', name });
  const clientId = `reeve-${id}`;
  const redirectUri = serviceProvider.redirectUri ?? '';
  const postLogoutRedirectUri = new URL('/sign-in', redirectUri).href;
  await provider.register?.({ clientId, clientSecret, redirectUri, postLogoutRedirectUri });
  return api.sso.connections.update({ id, oidc: { issuer: provider.issuer, clientId, clientSecret }, ...change });
}

/** Tests it with whoever signs in at the provider by themselves, and enables it. */
export async function enableTested({ api, browser }: OwnApiSession, id: string): Promise<Connection> {
  const { redirectTo } = await api.sso.connections.startTest({ id });
  await browser.get(redirectTo);
  const { lastTest } = await api.sso.connections.get({ id });
  if (lastTest?.outcome !== 'works') throw new Error(`the test of the connection: ${lastTest?.reason}`);
  return api.sso.connections.enable({ id });
}

export const startAddress = (
  { origin }: Pick<ServerAddress, 'origin'>,
  connectionId: string,
  query: Record<string, string> = {},
): string => `${origin}/sso/start?${new URLSearchParams({ connection: connectionId, ...query })}`;

/** A browser of somebody new that stops where the identity provider sends it back. */
export const browserBeforeCallback = ({ authorityPem }: ServerAddress): Browser =>
  createBrowser({
    trustedCa: authorityPem,
    cookies: new CookieJar(undefined, { rejectPublicSuffixes: false }),
    stopBefore: ({ pathname }) => pathname.endsWith('/callback') && pathname.startsWith('/sso/'),
  });

/** What the page that a failed sign-on leads to would say. */
export async function problemOn({ url, body }: Page, { api }: OwnApiSession): Promise<SignOnProblem> {
  if (url.pathname !== '/sign-in/problem') throw new Error(`no problem page: ${url.href} ${body.slice(0, 200)}`);
  return api.sso.problem({ token: url.hash.slice(1) });
}
