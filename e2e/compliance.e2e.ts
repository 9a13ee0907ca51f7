import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { type RecordReceiver, startRecordReceiver } from '#testing/servers/record-receivers.ts';
import { createTestAuthority, type TestAuthority } from '#testing/servers/test-authority.ts';
import { button, dialog, goTo } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
let grace: Person;
let authority: TestAuthority;
let siem: RecordReceiver;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
  grace = await example.organisation.addMember({ name: 'Grace Murray' });
  authority = await createTestAuthority();
  siem = await startRecordReceiver(await authority.issueServer());
});
beforeEach(async () => {
  page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/');
});
afterAll(async () => {
  await siem.close();
  await example.close();
});

const openTab = async (name: string) => {
  await goTo(page, 'Compliance');
  await page.getByRole('tab', { name }).click();
};

async function pick(form: ReturnType<typeof dialog>, person: Person): Promise<void> {
  await form.getByRole('combobox', { name: 'Person' }).fill(person.email);
  await page.getByRole('option', { name: new RegExp(person.email) }).click();
}

test('a webhook is added, tried, gets what happens, and its failure is told on the overview', async () => {
  await openTab('Destinations');
  await button(page, 'Add destination').click();
  const form = dialog(page, 'Add a destination');
  await form.getByRole('combobox', { name: 'How it takes records' }).click();
  await page.getByRole('option', { name: 'Webhook' }).click();
  await form.getByLabel('Name', { exact: true }).fill('Splunk');
  await form.getByLabel('Address').fill('http://siem.example.com');
  await form.getByRole('button', { name: 'Add destination' }).click();
  await form.getByText('is not an https address').first().waitFor();
  expect(example.browser.complaints.splice(0).join()).toContain('status of 400');
  await form.getByLabel('Address').fill(siem.url);
  await form.getByRole('button', { name: 'Certificates and credentials' }).click();
  await form.getByLabel('Authority to trust').fill(authority.pem);
  await form.getByRole('button', { name: 'Add destination' }).click();
  const once = dialog(page, 'Splunk is added');
  expect(await once.locator('code').first().innerText()).toMatch(/^whsec_/);
  await once.getByRole('button', { name: 'I have copied it' }).click();
  await button(page, 'Send a test').click();
  await page.getByText(/Splunk took a test record/).waitFor();
  await siem.until(() => siem.taken.some(({ body }) => body.includes('COMPLIANCE_DESTINATION_CREATE')));
  siem.answer = () => ({ status: 503 });
  await button(page, 'Send a test').click();
  await page.getByText('It answered with HTTP 503.').first().waitFor();
  await page.getByText('Failing', { exact: true }).waitFor();
  await goTo(page, 'Overview');
  await page.getByText(/Splunk has not taken compliance records since/).waitFor();
  siem.answer = () => null;
});

test('a time is shortened with what goes shown before', async () => {
  await openTab('Retention');
  await button(page, 'Change: Content').click();
  const form = dialog(page, 'How long to keep: Content');
  await form.getByRole('textbox', { name: 'Days' }).fill('7');
  await form.getByText('Nothing is that old yet').waitFor();
  await form.getByRole('button', { name: 'Save time' }).click();
  await page.getByText('Content: 7 days').waitFor();
});

test('somebody on hold is shown as held, cannot be erased, and is after the hold is lifted', async () => {
  await openTab('Legal holds');
  await button(page, 'Place legal hold').click();
  const place = dialog(page, 'Place a legal hold');
  await pick(place, grace);
  await place.getByLabel('Reason').fill('Case 2026-7');
  await place.getByRole('button', { name: 'Place legal hold' }).click();
  await page.getByText('On hold', { exact: true }).waitFor();
  await page.goto(`/members/${grace.memberId}`);
  await page.getByRole('heading', { name: 'Legal holds' }).waitFor();
  await openTab('Erasures');
  await button(page, 'Erase content of a person').click();
  const erase = dialog(page, 'Erase the content of a person');
  await pick(erase, grace);
  await erase.getByText('is on legal hold').waitFor();
  expect(await erase.getByRole('button', { name: 'Erase content' }).isEnabled()).toBe(false);
  await erase.getByRole('button', { name: 'Cancel' }).click();
  await openTab('Legal holds');
  await button(page, /^Lift the hold on/).click();
  const lift = dialog(page, /^Lift the hold on/);
  await lift.getByLabel('Reason').fill('Case closed');
  await lift.getByRole('button', { name: 'Lift hold' }).click();
  await page.getByText('Lifted', { exact: true }).waitFor();
  await openTab('Erasures');
  await button(page, 'Erase content of a person').click();
  await pick(erase, grace);
  await erase.getByLabel('Reason').fill('Request 12');
  await erase.getByRole('textbox', { name: /Type .* to confirm/ }).fill(grace.email);
  await erase.getByRole('button', { name: 'Erase content' }).click();
  await page.getByText('Erased', { exact: true }).waitFor();
});

test('everything about a person is exported and downloaded', async () => {
  await openTab('Exports');
  await button(page, 'Export a person').click();
  const form = dialog(page, 'Export everything about a person');
  await pick(form, grace);
  await form.getByLabel('Reason').fill('Request 13');
  await form.getByRole('button', { name: 'Start export' }).click();
  await page.getByText('Ready', { exact: true }).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, /^Download the export about/).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`reeve-${grace.memberId}.tar`);
  await openTab('Log files');
  await page
    .getByRole('table', { name: 'Log files' })
    .getByText('CODEX_LOG')
    .or(page.getByText('AUDIT_LOG'))
    .first()
    .waitFor();
});
