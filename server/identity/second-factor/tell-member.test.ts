import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSecondFactorApp, type SecondFactorApp } from '#testing/second-factor-app.ts';
import { type MailServer, startMailServer } from '#testing/servers/mail.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';

const ada = 'ada@example.com';
const bea = 'bea@example.com';
let mail: MailServer;
let services: TestServices;
let app: SecondFactorApp;
let beaId: string;

beforeAll(async () => {
  mail = await startMailServer();
  services = await openTestServices({ REEVE_SMTP_URL: mail.url, REEVE_MAIL_FROM: 'reeve@example.com' });
  app = await openSecondFactorApp(services);
  const { workspaceId } = await seedWorkspace(services.db);
  beaId = await seedMember(services.db, { workspaceId, email: bea, name: 'Bea' });
  await app.reset();
});
afterAll(async () => {
  await mail.close();
  await services.close();
});

const mailTo = (to: string, subject: RegExp) =>
  mail.waitForMail((one) => one.to.includes(to) && subject.test(one.subject));

test('the owner of an account hears of every change of what signs them in, without a secret in it', async () => {
  const browser = await app.signedIn(bea);
  const { secret, recoveryCodes } = await app.addTotp(browser);
  expect((await mailTo(bea, /was added/)).text).toContain('Authenticator app');

  await app.typePassword(browser, bea);
  await browser.call('POST', '/sign-in/second-factor', { method: 'recovery-code', code: recoveryCodes[0] });
  expect((await mailTo(bea, /recovery code was used/)).text).toContain('9 are left');

  await app.addPasskey(browser, 'Old phone');
  await browser.call('DELETE', '/account/totp');
  await mailTo(bea, /was removed/);

  const owner = await app.signedIn(ada, '192.0.2.2');
  await owner.call('DELETE', `/members/${beaId}/second-factors`);
  expect((await mailTo(bea, /were reset/)).text).toContain('Ada Lovelace');

  const all = mail.mails.map(({ text }) => text).join('\n');
  for (const hidden of [secret, ...recoveryCodes]) expect(all).not.toContain(hidden);
});
