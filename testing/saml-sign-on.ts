import type { Connection } from '#contract/sso.ts';
import type { Browser, Page } from './codex-cli/follow-browser.ts';
import type { OwnApiSession, ServerAddress } from './own-api-session.ts';
import type { SamlIdp } from './servers/saml-idp.ts';
import { type ConnectionChange, startAddress } from './single-sign-on.ts';

const readEscaped = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

export interface PostedForm {
  action: string;
  fields: Record<string, string>;
}

/** The form of a page that posts itself; null when the page has none. */
export function postedForm({ body, url }: Pick<Page, 'body' | 'url'>): PostedForm | null {
  const action = /<form method="post" action="([^"]*)"/.exec(body)?.[1];
  if (action === undefined) return null;
  const fields = [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  return {
    action: new URL(readEscaped(action), url).href,
    fields: Object.fromEntries(fields.map(([, name = '', value = '']) => [name, readEscaped(value)])),
  };
}

/** Does what the scripts of the pages between an identity provider and the console do. */
export async function postOn(browser: Browser, page: Page): Promise<Page> {
  let now = page;
  for (let form = postedForm(now); form; form = postedForm(now)) now = await browser.submit(form.action, form.fields);
  return now;
}

/** A connection to this identity provider by its metadata's address, neither tested nor enabled. */
export async function prepareSaml(
  { api }: OwnApiSession,
  idp: SamlIdp,
  { name, ...change }: ConnectionChange & { name: string },
): Promise<Connection> {
  const { id } = await api.sso.connections.create({ kind: 'saml', name });
  return api.sso.connections.update({ id, saml: { metadataUrl: idp.metadataUrl }, ...change });
}

/** Tests it with whoever is signed in at the provider, and enables it. */
export async function enableTestedSaml({ api, browser }: OwnApiSession, id: string): Promise<Connection> {
  const { redirectTo } = await api.sso.connections.startTest({ id });
  await postOn(browser, await browser.get(redirectTo));
  const { lastTest } = await api.sso.connections.get({ id });
  if (lastTest?.outcome !== 'works') throw new Error(`the test of the connection: ${lastTest?.reason}`);
  return api.sso.connections.enable({ id });
}

/** From the start to the last page, as whoever is signed in at the provider. */
export const signOnBySaml = async (
  browser: Browser,
  address: Pick<ServerAddress, 'origin'>,
  connectionId: string,
  query: Record<string, string> = {},
): Promise<Page> => postOn(browser, await browser.get(startAddress(address, connectionId, query)));
