import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { localOffMessage } from '#contract/errors.ts';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { newTerminal } from '#testing/joined-client.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { type ResponsesServer, startResponsesServer } from '#testing/servers/responses.ts';
import {
  type Account,
  acceptInvitation,
  button,
  choose,
  createOwner,
  dialog,
  goTo,
  heading,
  invite,
  link,
  maya,
  saveSwitch,
  signIn,
  signOut,
} from './by-clicking.ts';
import { type OpenReeve, openPage, openReeve } from './open-reeve.ts';

const grace: Account = { name: 'Grace Hopper', email: 'grace@example.com', password: 'seven small lighthouses' };
const upstreamKey = 'sk-upstream-of-example-ltd';

let opened: OpenReeve;
let upstream: ResponsesServer;
beforeAll(async () => {
  opened = await openReeve();
  upstream = await startResponsesServer({
    apiKey: upstreamKey,
    models: ['corp-model'],
    script: eachTurn(shellCommand('echo greeted > greeting.txt'), message('The greeting is written.')),
  });
});
afterAll(async () => {
  await upstream.close();
  await opened.close();
});

async function setUpstream(page: Page): Promise<void> {
  await goTo(page, 'Models');
  await button(page, 'Set the upstream').click();
  const form = dialog(page, 'Set the upstream');
  await form.getByLabel('Address').fill(upstream.baseUrl);
  await form.getByLabel('API key', { exact: true }).fill(upstreamKey);
  await form.getByRole('button', { name: 'Save upstream' }).click();
  await page.getByText('stored, encrypted').waitFor();
}

async function testUpstream(page: Page): Promise<void> {
  await button(page, 'Change upstream').click();
  const form = dialog(page, 'Change the upstream');
  await form.getByLabel('API key', { exact: true }).fill('sk-wrong');
  await form.getByRole('button', { name: 'Test connection' }).click();
  await form.getByText('The upstream does not work yet').waitFor();
  await form.getByLabel('API key', { exact: true }).fill('');
  await form.getByRole('button', { name: 'Test connection' }).click();
  await form.getByText('The upstream works').waitFor();
  await form.getByRole('button', { name: 'Cancel' }).click();
}

async function allowModel(page: Page): Promise<void> {
  await button(page, 'Allow a model').first().click();
  const form = dialog(page, 'Allow a model');
  await form.getByLabel('Name', { exact: true }).fill('corp-model');
  await form.getByLabel('Input, $ per million', { exact: true }).fill('2');
  await form.getByLabel('Cached input, $ per million').fill('0.5');
  await form.getByLabel('Output, $ per million').fill('10');
  await form.getByRole('button', { name: 'Allow model' }).click();
  await page.getByRole('table', { name: 'Allowed models' }).getByText('corp-model').first().waitFor();
}

/** The example of the founding document, which a client would refuse, its one-click repair, and its publication. */
async function writePolicy(page: Page): Promise<void> {
  await goTo(page, 'Policies');
  await link(page, 'Write a policy').first().click();
  await page.getByRole('radio', { name: /^Blank/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('Engineering');
  await button(page, 'Create draft').click();
  await heading(page, 'Engineering').waitFor();
  await page.getByText('TOML', { exact: true }).click();
  const editor = page.getByRole('textbox', { name: 'requirements.toml' });
  await editor.click();
  await page.keyboard.insertText(
    '# What engineers may do.\nallowed_sandbox_modes = ["workspace-write"]\nallowed_approval_policies = ["on-request"]\n',
  );
  await page.getByText('so it cannot be published').waitFor();
  const diagnostic = page.getByRole('list', { name: 'Diagnostics' }).getByRole('listitem').first();
  expect(await diagnostic.innerText()).toMatch(/Line 2, column \d+[\s\S]*read-only/);
  await button(page, 'Review and publish').click();
  const review = dialog(page, 'Publish Engineering');
  await review.getByText('Clients would refuse the requirements').waitFor();
  await review.getByRole('button', { name: 'Cancel' }).click();
  await diagnostic.getByRole('button').last().click();
  await page.getByText('Every client accepts this document').waitFor();
  expect(await editor.innerText()).toContain('"read-only"');
  await button(page, 'Review and publish').click();
  await review.getByLabel('Message').fill('The first policy.');
  await review.getByRole('button', { name: 'Publish policy' }).click();
  await page.getByText('Engineering is published as version 1.').waitFor();
}

async function chooseFallback(page: Page): Promise<void> {
  await link(page, 'assign it').click();
  await heading(page, 'Order and fallback').waitFor();
  await choose(page, 'Everyone else gets', 'Engineering');
  await button(page, 'Review and save').click();
  const preview = dialog(page, 'Save this order?');
  await preview.getByText(/1 member gets\s+Engineering/).waitFor();
  await preview.getByRole('button', { name: 'Save order' }).click();
  await page.getByText('The order was saved.').waitFor();
}

/** Runs what the developer's own page shows: join, then the sign-in command with the code typed into the browser. */
async function joinAndSignIn(page: Page, terminal: Record<string, string>): Promise<ClientMachine> {
  const machine = await createClientMachine({ env: terminal });
  onTestFinished(() => machine.close());
  const shown = (label: RegExp) => page.getByRole('region', { name: label }).locator('pre').first().innerText();
  const joined = await machine.shell(await shown(/^\d\. Join/));
  expect(joined, joined.stderr).toMatchObject({ exitCode: 0 });
  Object.assign(terminal, await newTerminal(machine, 'person'));
  const [, ...signInArguments] = (await shown(/sign in$/)).trim().split(' ');
  const login = machine.spawn(signInArguments);
  login.endInput();
  const [code] = await login.waitForOutput(/[A-Z0-9]{4}-[A-Z0-9]{4}(?![-\w])/);
  await link(page, 'Enter the device code').click();
  await page.getByLabel('Code', { exact: true }).fill(code.toLowerCase());
  await button(page, 'Continue').click();
  await page.getByText('Approve only if the same code').waitFor();
  await button(page, 'Sign in the client').click();
  await heading(page, 'Signed in').waitFor();
  expect(await login.exit).toMatchObject({ exitCode: 0 });
  return machine;
}

async function expectInAudit(page: Page, sentences: RegExp[]): Promise<void> {
  await goTo(page, 'Audit');
  const entries = await page.getByRole('table', { name: 'Audit entries' }).innerText();
  for (const sentence of sentences) expect(entries).toMatch(sentence);
}

test('from the set-up link to a governed client, by clicking', async () => {
  const owner = await openPage(opened.browser);
  await createOwner(owner, opened.ownerLink, maya);
  await signOut(owner);
  await signIn(owner, maya);
  await setUpstream(owner);
  await allowModel(owner);
  await testUpstream(owner);
  await writePolicy(owner);
  await chooseFallback(owner);
  const invitation = await invite(owner, grace);

  const developer = await openPage(opened.browser);
  await acceptInvitation(developer, invitation, grace);
  expect(await developer.getByRole('navigation', { name: 'Main' }).innerText()).not.toContain('Members');
  await goTo(owner, 'Activity');
  await owner.getByText('No model call yet.').waitFor();
  const machine = await joinAndSignIn(developer, {});

  const run = ['exec', '--skip-git-repo-check', '-s', 'danger-full-access', 'write the greeting'];
  const done = await machine.run(run);
  expect(done, done.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('The greeting is written.') });
  expect(done.stderr).toContain('Engineering');
  expect(machine.files.work.exists('greeting.txt')).toBe(false);

  // The page was open all the time: nobody reloads it.
  const calls = owner.getByRole('table', { name: 'Model calls' });
  await calls.getByRole('link', { name: 'Grace Hopper' }).nth(1).waitFor();
  await calls.getByRole('link', { name: 'Grace Hopper' }).first().click();
  const call = dialog(owner, 'Model call');
  await call.getByText('codex_exec 0.169.0').waitFor();
  expect(await call.innerText()).toMatch(/Completed[\s\S]*Engineering/);
  await owner.keyboard.press('Escape');

  const effects = await saveSwitch(owner, 'Allow members to use Codex Local');
  expect(effects).toMatch(/1 signed-in client/);
  const refused = await machine.run(run);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain(localOffMessage);
  await goTo(owner, 'Activity');
  await calls.getByText('Refused').first().waitFor();
  await expectInAudit(owner, [/settings/i, /Engineering/, /grace@example\.com/, /corp-model/]);
});
