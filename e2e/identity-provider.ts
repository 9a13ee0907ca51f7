import type { Page } from 'playwright-core';
import { type OidcIdp, startOidcIdp } from '#testing/servers/oidc-idp.ts';
import { button } from './by-clicking.ts';

export const idpName = 'Example IdP';

const person = (name: string, groups: string[]) => {
  const email = `${name.split(' ')[0]?.toLowerCase()}@example.com`;
  return { claims: { email, email_verified: true, name, groups } };
};

/** An identity provider with the people of the tests; each is called by the part of the address before the @. */
export const startExampleIdp = (): Promise<OidcIdp> =>
  startOidcIdp({
    maya: person('Maya Lindqvist', ['admins']),
    grace: person('Grace Hopper', ['engineering']),
    annie: person('Annie Easley', []),
  });

/** Fills the form at the identity provider. */
export async function signInAtIdp(page: Page, account: string): Promise<void> {
  await page.getByRole('heading', { name: `Sign in to ${idpName}` }).waitFor();
  await page.getByLabel('Account').selectOption(account);
  await button(page, 'Sign in').click();
}

/** Types the address and goes to the identity provider that serves it. */
export async function continueAtIdp(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail', { exact: true }).fill(email);
  await button(page, 'Continue').click();
  await button(page, `Continue with ${idpName}`).click();
}
