import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { proxyEnvironment } from '#server/connect/proxy-environment.ts';
import { startVendorProxy } from '#server/connect/vendor-proxy.ts';
import { createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { approveInBrowser, openJoinedClient } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message } from '#testing/servers/model-steps.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let grace: Person;
beforeAll(async () => {
  acceptance = await openAcceptance({ REEVE_VENDOR_NAMES: 'on' });
  grace = await acceptance.organisation.addMember({ name: 'Grace Hopper' });
  acceptance.onPrompt('say hello', eachTurn(message('Hello from the corporate model.')));
});
afterAll(() => acceptance.close());

const ownSignIns = async () => (await grace.api.identity.clientSignIns({})).items;

test('the TUI signs in with the browser and answers through the gateway', async () => {
  const client = await openJoinedClient(acceptance.organisation, { as: 'machine', trustWorkFolder: true });
  onTestFinished(() => client.close());
  // Wide, so that the address it shows stays on one line.
  const tui = client.tui([], { columns: 1200 });
  await tui.waitFor(/Press enter to continue/);
  // Keys that arrive before it animates are dropped, and one may end the client of a machine that halts just then.
  await tui.waitForChange();
  await tui.waitForChange();
  tui.press('enter');
  const [url] = await tui.waitFor(/https:\/\/\S+\/oauth\/authorize\?\S+=ws_[0-9a-f]{32}/);
  expect(new URL(url).origin).toBe(acceptance.organisation.origin);

  await approveInBrowser(grace, url);
  await tui.waitFor(/Signed in with your ChatGPT account/);
  expect(await ownSignIns()).toMatchObject([{ method: 'browser' }]);
  tui.press('enter');
  await tui.waitFor(/Corporate model/);
  await tui.submit('say hello');
  await tui.waitFor(/Hello from the corporate model\./);
  await tui.quit();
});

test('plain `codex login` signs in through reeve proxy', async () => {
  const { reeve, organisation } = acceptance;
  const bundle = await grace.browser.get(`${organisation.origin}/proxy-ca.pem`);
  expect(bundle.status).toBe(200);
  const { log } = reeve.services;
  const listen = { host: '127.0.0.1', port: 0 };
  const proxy = await startVendorProxy({ listen, reeveOrigin: organisation.origin, authorityPem: bundle.body, log });
  onTestFinished(() => proxy.close());
  const client = await createClientMachine();
  onTestFinished(() => client.close());
  await client.files.home.write('reeve-proxy-ca.pem', bundle.body);
  const authorityPath = client.files.home.file('reeve-proxy-ca.pem');
  const settings = { proxyUrl: proxy.url, reeveOrigin: organisation.origin, authorityPath };
  await client.files.home.write('reeve-proxy.env', proxyEnvironment(settings));
  const former = (await ownSignIns()).length;

  const { stdout } = await client.shell('set -a; . "$HOME/reeve-proxy.env"; env');
  const entries = stdout.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2));
  const env = Object.fromEntries(entries.filter(([name]) => /PROXY|CODEX_CA/.test(name ?? '')));
  const login = client.spawn(['login'], { env });
  login.endInput();
  const [url] = await login.waitForOutput(/https:\/\/auth\.openai\.com\/oauth\/authorize\?\S+/);
  // The person's browser comes through the proxy too, and is led to Reeve's own name before the approval page.
  const own = new URL(url);
  const back = await approveInBrowser(grace, `${organisation.origin}${own.pathname}${own.search}`);
  expect(back).toMatch(/signed in/i);

  expect(await login.exit).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Successfully logged in') });
  expect(await ownSignIns()).toHaveLength(former + 1);
  expect((await client.run(['login', 'status'])).stderr).toContain('Logged in using ChatGPT');
});
