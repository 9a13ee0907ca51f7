import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { button, dialog, goTo } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { lookForBarriers } from './look-for-barriers.ts';

let example: ExampleOrganisation;
let page: Page;
let token: string;
let secret: string;

beforeAll(async () => {
  example = await openExampleOrganisation({ REEVE_EMBEDDED_RUNNER: 'off' });
  await example.organisation.owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  page = await example.browser.openPage();
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/');
});
afterAll(() => example.close());

const drivers = [
  {
    kind: 'process',
    engine: 'bubblewrap 0.11',
    runtimes: ['process'],
    weaknesses: ['Memory is not limited.', 'Tasks share the kernel of this machine.'],
  },
];

/** What a runner on another machine says. */
const register = (withToken: string) =>
  example.send<{ runnerId: string; secret: string }>('/runner/v1/register', {
    json: { token: withToken, name: 'build-07', version: '0.1.0', protocol: 1, drivers, labels: [], capacity: 3 },
  });
const heartbeat = () =>
  example.send<{ isDraining: boolean }>('/runner/v1/heartbeat', {
    headers: { authorization: `Bearer ${secret}` },
    json: { running: [], problem: null, caches: [] },
  });
const drawer = () => dialog(page, 'build-07');
const open = async () => {
  await page.goto('/runners');
  await button(page, 'build-07').click();
};

test('a machine is added with a token that is shown once and registers one', async () => {
  await goTo(page, 'Runners');
  await page.getByText('No machine runs hosted tasks yet').waitFor();
  await button(page, 'Add a runner').first().click();
  const form = dialog(page, 'Add a runner');
  await form.getByLabel('Labels').fill('linux,');
  await form.getByRole('button', { name: 'Make the token' }).click();
  const once = dialog(page, 'Start it on the machine');
  await once.getByText(/^reeve run --server https:\/\/localhost/).waitFor();
  token = await once.locator('code').last().innerText();
  expect(token).toMatch(/^rt-/);
  await once.getByText('Waiting for the machine').waitFor();
  const registered = await register(token);
  expect(registered.status).toBe(200);
  ({ secret } = registered.json());
  await once.getByText('build-07 is registered').waitFor({ timeout: 15_000 });
  await once.getByRole('button', { name: 'Done' }).click();
  expect((await register(token)).status).toBe(401);
});

test('the list says what it can and what it does not enforce', async () => {
  await heartbeat();
  await page.goto('/runners');
  const row = page.getByRole('table', { name: 'Runners' }).getByRole('row').filter({ hasText: 'build-07' });
  await row.getByText('Ready').waitFor();
  await row.getByText('0 of 3 busy').waitFor();
  await row.getByText('linux').waitFor();
  await row.getByText('2 weaknesses').waitFor();
  await button(page, 'build-07').click();
  await drawer().getByText('Memory is not limited.').waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test('it is drained and labelled, and hears of it', async () => {
  await open();
  await drawer().getByRole('button', { name: 'Drain' }).click();
  await page.getByText('build-07 gets no new tasks.').waitFor();
  expect((await heartbeat()).json().isDraining).toBe(true);
  await drawer().getByText('It is being drained').waitFor();
  await drawer().getByRole('button', { name: 'Give it tasks again' }).click();
  await page.getByText('build-07 gets new tasks again.').waitFor();
  expect((await heartbeat()).json().isDraining).toBe(false);
  await drawer().getByRole('button', { name: 'Change labels' }).click();
  const labels = dialog(page, 'Labels of build-07');
  await labels.getByLabel('Labels').fill('gpu,');
  await labels.getByRole('button', { name: 'Change labels' }).click();
  await drawer().getByText('gpu').waitFor();
});

test('a token that waits is taken back', async () => {
  const { api } = example.organisation.owner;
  const made = await api.runners.createToken({});
  await page.goto('/runners');
  await button(page, `Take back: ${made.details.hint}`).click();
  await page.getByText('The token registers nothing any more.').waitFor();
  expect((await register(made.token)).status).toBe(401);
});

test('it is removed after its name is typed, and is refused from then on', async () => {
  await open();
  await drawer().getByRole('button', { name: 'Remove' }).click();
  const asked = dialog(page, 'Remove build-07?');
  expect(await asked.getByRole('button', { name: 'Remove runner' }).isDisabled()).toBe(true);
  await asked.getByRole('textbox').fill('build-07');
  await asked.getByRole('button', { name: 'Remove runner' }).click();
  await page.getByText('build-07 is removed.').waitFor();
  await page.getByText('No machine runs hosted tasks yet').waitFor();
  expect((await heartbeat()).status).toBe(401);
});
