import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { enableTestedSaml, prepareSaml } from '#testing/saml-sign-on.ts';
import { type SamlIdp, startSamlIdp } from '#testing/servers/saml-idp.ts';
import { verifyDomain } from '#testing/single-sign-on.ts';
import { button, heading } from './by-clicking.ts';
import { type OpenReeve, openPage, openReeve } from './open-reeve.ts';

let open: OpenReeve;
let idp: SamlIdp;
let organisation: Organisation;
let connectionId: string;
let page: Page;

const person = (name: string, login: string) => ({
  email: `${login}@example.com`,
  name,
  id: `id-${login}`,
  groups: [],
});

beforeAll(async () => {
  idp = await startSamlIdp([person('Ada Lovelace', 'ada.lovelace'), person('Grace Hopper', 'grace')]);
  open = await openReeve();
  const { reeve, ownerLink } = open;
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, ownerLink);
  const domainId = await verifyDomain(organisation.owner, reeve.dns, 'example.com');
  const { id } = await prepareSaml(organisation.owner, idp, {
    name: 'Example SAML',
    domainIds: [domainId],
    justInTime: { who: 'verified-domains' },
  });
  idp.signedIn = 'ada.lovelace@example.com';
  await enableTestedSaml(organisation.owner, id);
  idp.signedIn = null;
  connectionId = id;
});
beforeEach(async () => {
  page = await openPage(open.browser);
});
afterEach(() => {
  const { complaints } = open.browser;
  expect(complaints.splice(0).filter((text) => !text.startsWith(`other origin: ${idp.origin}`))).toEqual([]);
});
afterAll(async () => {
  await open.close();
  await idp.close();
});

async function continueWith(email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await button(page, 'Continue').click();
  await button(page, 'Continue with Example SAML').click();
}

test('somebody signs in with their identity provider and goes on where they wanted to', async () => {
  const posts: { cookie: string }[] = [];
  page.on('request', async (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/acs'))
      posts.push({ cookie: (await request.allHeaders()).cookie ?? '' });
  });
  await page.goto('/account');
  await continueWith('grace@example.com');
  await button(page, 'Sign in as grace@example.com').click();
  await heading(page, 'Your account').waitFor();
  expect(new URL(page.url()).pathname).toBe('/account');
  await page.getByText('grace@example.com').first().waitFor();
  // Why there is a page in between: the identity provider's post has no cookie of ours, our own has.
  await expect.poll(() => posts.length).toBe(2);
  expect(posts[0]?.cookie).toBe('');
  expect(posts[1]?.cookie).toContain('__Host-reeve_sso=');

  await button(page, /^Account of/).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading(page, 'Signed out').waitFor();
  expect(new URL(page.url()).origin).toBe(idp.origin);
  expect(idp.logoutRequests).toHaveLength(1);
});

test('without scripts there is a button to go on with', async () => {
  const context = page.context();
  const browser = context.browser();
  if (!browser) throw new Error('no browser');
  const answer = `<form method="post" action="${open.reeve.origin}/sso/saml/${connectionId}/acs"><input name="SAMLResponse" value="PHgvPg=="><button>Post</button></form>`;
  const plain = await browser.newContext({ javaScriptEnabled: false, ignoreHTTPSErrors: true });
  try {
    const form = await plain.newPage();
    await form.goto(`data:text/html,${encodeURIComponent(answer)}`);
    await form.getByRole('button', { name: 'Post' }).click();
    await form.getByRole('button', { name: 'Continue' }).click();
    await form.waitForURL(/\/sign-in\/problem#/);
  } finally {
    await plain.close();
  }
});

test('somebody the identity provider refuses is told what it said and whom to send that to', async () => {
  await page.goto('/sign-in');
  await continueWith('grace@example.com');
  const grace = idp.people.get('grace@example.com');
  await button(page, 'Sign in as grace@example.com').waitFor();
  idp.people.delete('grace@example.com');
  await button(page, 'Sign in as grace@example.com').click();
  await heading(page, 'You are not signed in').waitFor();
  await page.getByText('Single sign-on with Example SAML').waitFor();
  await page.getByText('Responder').first().waitFor();
  if (grace) idp.people.set(grace.email, grace);
  await page.getByRole('link', { name: 'Try again' }).click();
  await continueWith('grace@example.com');
  await button(page, 'Sign in as grace@example.com').click();
  await heading(page, 'Overview').waitFor();
});
