import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export interface Account {
  name: string;
  email: string;
  password: string;
}

export const maya: Account = {
  name: 'Maya Lindqvist',
  email: 'maya@example.com',
  password: 'quiet otters read maps',
};

export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
export const link = (page: Page, name: string | RegExp) => page.getByRole('link', { name, exact: true });
export const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { name, level: 1, exact: true });
export const dialog = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name });

/** Follows an entry of the navigation and waits for its page. */
export async function goTo(page: Page, entry: string, title = entry): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: entry, exact: true }).click();
  await heading(page, title).waitFor();
}

/** Chooses in a list that opens below a field. */
export async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option }).click();
}

export async function createOwner(page: Page, ownerLink: string, owner: Account): Promise<void> {
  await page.goto(ownerLink);
  await page.getByLabel('Workspace name').fill('Example Ltd');
  await page.getByLabel('Your name').fill(owner.name);
  await page.getByLabel('Your e-mail').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await button(page, 'Create the workspace').click();
  await heading(page, 'Overview').waitFor();
}

/** Fills the form of the sign-in page or of the dialog over an expired session, and sends it. */
export async function tryToSignIn(page: Page, { email, password }: Pick<Account, 'email' | 'password'>): Promise<void> {
  const field = page.getByLabel('E-mail', { exact: true });
  const other = button(page, 'Use another e-mail address');
  if ((await other.isVisible()) && (await field.inputValue()) !== email) {
    await other.click();
    await button(page, 'Continue').waitFor();
  }
  if (await field.isEditable()) {
    await field.fill(email);
    await button(page, 'Continue').click();
  }
  const passwordField = page.getByLabel('Password', { exact: true });
  const instead = page.getByRole('button', { name: /^use a password/i });
  await passwordField.or(instead).first().waitFor();
  if (await instead.isVisible()) await instead.click();
  await passwordField.fill(password);
  await button(page, 'Sign in').click();
}

export async function signIn(page: Page, account: Pick<Account, 'email' | 'password'>): Promise<void> {
  await page.goto('/sign-in');
  await tryToSignIn(page, account);
  await heading(page, 'Overview').waitFor();
}

export async function signOut(page: Page): Promise<void> {
  await button(page, /^Account of/).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading(page, 'Sign in').waitFor();
}

/** @returns the link that the new member gets */
export async function invite(page: Page, { name, email }: Pick<Account, 'name' | 'email'>): Promise<string> {
  await goTo(page, 'Members');
  await button(page, 'Invite people').first().click();
  await dialog(page, 'Invite people').getByLabel('E-mail addresses').fill(`${name} <${email}>`);
  await button(page, 'Invite').click();
  const invited = dialog(page, /is invited/);
  const shown = await invited.locator('code').innerText();
  await invited.getByRole('button', { name: 'Done' }).click();
  return shown;
}

export async function acceptInvitation(page: Page, invitation: string, { password }: Account): Promise<void> {
  await page.goto(invitation);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Join').click();
  await heading(page, 'Connect a client').waitFor();
}

/** Sets a switch under Settings and permissions, sees its effects, and confirms. @returns what the preview says */
export async function saveSwitch(page: Page, label: string): Promise<string> {
  await goTo(page, 'Settings and permissions');
  await page.getByText(label, { exact: true }).click();
  await button(page, 'Review changes').click();
  const preview = dialog(page, 'Save these settings?');
  await preview.getByText('The workspace has').waitFor();
  const effects = await preview.innerText();
  await preview.getByRole('button', { name: 'Save settings' }).click();
  await preview.waitFor({ state: 'hidden' });
  await page.getByText('The settings were saved.').last().waitFor();
  return effects;
}

/** Opens the command palette and waits for an entry; Enter goes there. What is typed before its field has the focus is lost, as it is for people. */
export async function findInPalette(page: Page, entry: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const search = page.getByPlaceholder(/^A page, member/);
  await expect.poll(() => search.evaluate((field) => field.matches(':focus'))).toBe(true);
  await page.keyboard.type(entry);
  const start = new RegExp(`^${entry}`);
  await page
    .getByRole('button', { name: start })
    .or(page.getByRole('option', { name: start }))
    .first()
    .waitFor();
}

/**
 * Ends sessions as the page sends its first change to this address, so that the change is what meets the ended session: whatever the page
 * reads beside it would otherwise ask first, and lie over the button. Returns how many changes were sent so far.
 */
export async function endAsSent(page: Page, address: string, end: () => Promise<void>): Promise<() => number> {
  let sent = 0;
  await page.route(address, async (route) => {
    if (route.request().method() === 'POST') {
      sent += 1;
      if (sent === 1) await end();
    }
    await route.continue();
  });
  return () => sent;
}
