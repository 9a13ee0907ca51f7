import type { Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { type Acceptance, corpModel, openAcceptance } from '#testing/acceptance/open-acceptance.ts';
import { openBrowser, type TestBrowser } from '#testing/browser.ts';
import { authorizePath, pkcePair, stockClientId } from '#testing/codex-sign-in.ts';
import type { Person } from '#testing/organisation.ts';
import { connectPeople, type People } from '#testing/people.ts';

export interface ExampleOrganisation extends Acceptance {
  browser: TestBrowser;
  /** Calls to the server as programs make them. */
  send: People['send'];
}

/** The example organisation behind a real server, with a browser before it. */
export async function openExampleOrganisation(environment: Record<string, string> = {}): Promise<ExampleOrganisation> {
  const acceptance = await openAcceptance(environment);
  const { services, origin, authorityPem } = acceptance.reeve;
  const browser = await openBrowser(acceptance.reeve);
  const people = connectPeople({ services, origin, authorityPem: authorityPem ?? '' });
  return {
    ...acceptance,
    browser,
    send: people.send,
    async close() {
      people.close();
      try {
        await browser.close();
      } finally {
        await acceptance.close();
      }
    },
  };
}

/** Gives the browser the console session that this person already has. */
export async function enterAs(page: Page, { browser }: Person, origin: string): Promise<void> {
  const cookies = await browser.cookies.getCookies(origin);
  await page.context().addCookies(
    cookies.map(({ key, value }) => ({
      name: key,
      value,
      url: origin,
      secure: true,
      httpOnly: true,
      sameSite: 'Lax',
    })),
  );
}

/** Where a client sends people who sign in with a browser. */
export const approvalAddress = (): string => authorizePath(pkcePair().challenge);

/** @returns the code that a client without a browser would show */
export async function startDeviceCode({ send }: ExampleOrganisation): Promise<string> {
  const json = { client_id: stockClientId };
  const answer = await send<{ user_code: string }>('/api/accounts/deviceauth/usercode', { json });
  return answer.json().user_code;
}

/** One call through the gateway with an API key, and one for a model that is not allowed. */
export async function callModels({ organisation, send }: ExampleOrganisation): Promise<void> {
  const { api } = organisation.owner;
  await api.workspace.updateSettings({ apiKeysAllowed: true });
  const created = await api.identity.createAccessToken({ kind: 'api-key', name: 'Nightly build', expiresInDays: 30 });
  const headers = { authorization: `Bearer ${created.token}` };
  for (const model of [corpModel, 'not-allowed'])
    await send('/v1/responses', { headers, json: { model, stream: true, input: 'Say hello.' } });
  await vi.waitFor(async () => expect((await api.activity.list({})).items).toHaveLength(2), { timeout: 30_000 });
}

/** People, groups and policies enough for every page to have something on it. */
export async function fillOrganisation(example: ExampleOrganisation): Promise<{ member: Person }> {
  const { organisation } = example;
  const member = await organisation.addMember({ name: 'Grace Hopper' });
  const contractor = await organisation.addMember({ name: 'Anders Holm' });
  const engineers = await organisation.addGroup('Engineering', [organisation.owner, member]);
  const contractors = await organisation.addGroup('Contractors', [contractor]);
  const { items } = await organisation.owner.api.policies.templates({});
  const [balanced, readOnly] = items;
  if (!balanced || !readOnly) throw new Error('the templates are missing');
  const wide = await organisation.addPolicy('Engineering', balanced.contents);
  const narrow = await organisation.addPolicy('Read-only review', readOnly.contents);
  await organisation.assign([{ groupId: engineers.id, policyId: wide.id }], narrow.id);
  await organisation.assign(
    [
      { groupId: contractors.id, policyId: narrow.id },
      { groupId: engineers.id, policyId: wide.id },
    ],
    narrow.id,
  );
  await callModels(example);
  return { member };
}
