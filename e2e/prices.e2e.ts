import { afterAll, beforeAll, expect, test } from 'vitest';
import { workspaceUuid } from '#contract/workspace-uuid.ts';
import { button, dialog, goTo } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
beforeAll(async () => {
  example = await openExampleOrganisation();
});
afterAll(() => example.close());

async function openAsOwner() {
  const page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/');
  return page;
}

test('a price is set, planned, withdrawn and corrected, and the history tells it', async () => {
  const page = await openAsOwner();
  await goTo(page, 'Models');
  await button(page, 'Actions for corp-model').click();
  await page.getByRole('menuitem', { name: 'Prices' }).click();
  const drawer = dialog(page, 'Prices of corp-model');
  const items = drawer.getByRole('list', { name: 'History' }).getByRole('listitem');
  await items.first().getByText('In force').waitFor();

  await drawer.getByRole('button', { name: 'Set or plan a price' }).click();
  const form = dialog(page, 'Set or plan corp-model');
  await form.getByRole('button', { name: 'Set price' }).click();
  await form.getByText('Enter a price; 0 is one.').first().waitFor();
  await form.getByLabel('Input, per million', { exact: true }).fill('3');
  await form.getByLabel('Output, per million').fill('12');
  await form.getByRole('button', { name: 'Set price' }).click();
  await drawer.getByText('$3.00 in, $12.00 out per million tokens').waitFor();

  await drawer.getByRole('button', { name: 'Set or plan a price' }).click();
  await form.getByLabel('Input, per million', { exact: true }).fill('4');
  await form.getByLabel('Output, per million').fill('16');
  await form.getByText('Later', { exact: true }).click();
  await form.getByLabel('Begins', { exact: true }).last().fill('2090-01-01T00:00');
  await form.getByRole('button', { name: 'Set price' }).click();
  await items.first().getByText('Planned').waitFor();
  await items.first().getByRole('button', { name: 'Withdraw' }).click();
  await dialog(page, 'Withdraw this planned price?').getByRole('button', { name: 'Withdraw price' }).click();
  await items.first().getByText('Withdrawn', { exact: true }).waitFor();

  await drawer.getByRole('button', { name: 'Correct the past' }).click();
  const correction = dialog(page, /Correct the past/);
  await correction.getByLabel('Input, per million', { exact: true }).fill('2.5');
  await correction.getByLabel('Output, per million').fill('11');
  await correction.getByRole('button', { name: 'Correct price' }).click();
  await correction.getByText('Say why; it stays with the price.').waitFor();
  await correction.getByLabel('Why').fill('The invoice says so.');
  await correction.getByRole('button', { name: 'Correct price' }).click();
  await drawer.getByText('The invoice says so.').waitFor();
  await drawer.getByText('Replaced by a correction').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('cell', { name: '$3.00' }).waitFor();

  await page.goto('/models?rate=1');
  const rate = dialog(page, 'Credits for one US dollar');
  await rate.getByRole('button', { name: 'Set or plan a rate' }).click();
  const rateForm = dialog(page, /Set or plan credits/);
  await rateForm.getByLabel('Credits for one US dollar').fill('25');
  await rateForm.getByRole('button', { name: 'Set price' }).click();
  await rate.getByText('25 credits for one US dollar').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText(/25 credits for one US dollar, since/).waitFor();
});

test('a key for analytics comes with a command that works', async () => {
  const page = await openAsOwner();
  const { owner, workspaceId } = example.organisation;
  await goTo(page, 'Keys');
  await button(page, 'Create key').first().click();
  const form = dialog(page, 'Create an API key');
  await form.getByLabel('Name', { exact: true }).fill('Power BI');
  await form.getByRole('checkbox', { name: /^Read analytics/ }).check();
  await form.getByRole('button', { name: 'Create API key' }).click();
  const made = dialog(page, /Power BI is created/);
  const secret = await made.locator('code').first().innerText();
  await made.getByText(workspaceUuid(workspaceId), { exact: true }).waitFor();
  const command = await made.getByText('curl -H').innerText();
  const address = /"(https:[^"]+)"/.exec(command)?.[1] ?? '';
  const answer = await example.send(new URL(address).pathname + new URL(address).search, {
    headers: { authorization: `Bearer ${secret}` },
  });
  expect(await answer.json()).toMatchObject({ object: 'page', has_more: false });
  await made.getByRole('button', { name: 'I have copied it' }).click();
  await page.goto('/settings');
  await page.getByText(workspaceUuid(workspaceId), { exact: true }).waitFor();
  expect((await owner.api.audit.list({ event: 'analytics.read' })).items).toHaveLength(1);
});
