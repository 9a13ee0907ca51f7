import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { mintScannableToken } from '#server/crypto/scannable-token.ts';
import { notifyOfEndingTokens } from '#server/identity/index.ts';
import { createMailer, type Mailer } from '#server/mail/create-mailer.ts';
import { secretText } from '#server/secret-text.ts';
import { seedKey } from '#testing/seed-key.ts';
import { type MailServer, startMailServer } from '#testing/servers/mail.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { notifyOfEndingKeys } from './index.ts';

const dayMs = 86_400_000;
let services: TestServices;
let mailServer: MailServer;
let mailer: Mailer;
let workspaceId: string;
let graceId: string;
const inDays = (days: number) => new Date(Date.now() + days * dayMs);
const at = (days: number) => services.setNow(inDays(days));
const mails = () => mailServer.mails.map(({ to, subject }) => `${to}: ${subject.replace(/ on .*/, '')}`);

const mailerTo = (server: MailServer) =>
  createMailer({ config: { mail: { smtpUrl: secretText(server.url), from: 'reeve@example.com' } }, log: services.log });

beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  services.setNow(null);
  await services.db.deleteFrom('workspaces').execute();
  ({ workspaceId } = await seedWorkspace(services.db));
  graceId = await seedMember(services.db, { workspaceId, email: 'grace@example.com', role: 'admin' });
  mailServer = await startMailServer();
  mailer = mailerTo(mailServer);
  return async () => {
    mailer.close();
    await mailServer.close();
  };
});

async function addToken(expiresAt: Date): Promise<void> {
  const { hash, hint } = mintScannableToken('personal-access-token');
  const row = { id: `tok_${hash}`, workspace_id: workspaceId, member_id: graceId, name: 'CI', hint, token_hash: hash };
  await services.db
    .insertInto('access_tokens')
    .values({ ...row, kind: 'personal-access-token', created_at: new Date(), expires_at: expiresAt })
    .execute();
}

const notify = async () =>
  (await notifyOfEndingTokens(services, mailer)) + (await notifyOfEndingKeys(services, mailer));

test('people are told 14 and 2 days before the end, once each', async () => {
  await addToken(inDays(60));
  await seedKey(services, { workspaceId, scopes: ['scim'], createdBy: graceId, expiresAt: inDays(90) });
  at(40);
  expect(await notify()).toBe(0);
  at(47);
  expect([await notify(), await notify()]).toEqual([1, 0]);
  expect(mails()).toEqual(['grace@example.com: Your access token “CI” ends']);
  expect(mailServer.mails[0]?.text).toContain('https://reeve.test:8443/account?tab=tokens');
  at(58.5);
  expect([await notify(), await notify()]).toEqual([1, 0]);
  at(77);
  expect([await notify(), await notify()]).toEqual([1, 0]);
  expect(mails().at(-1)).toBe('grace@example.com: The API key “Identity provider” ends');
  expect(mailServer.mails.at(-1)?.text).toContain('https://reeve.test:8443/keys');
});

test('of a key whose maker has left, the owners are told', async () => {
  await seedKey(services, { workspaceId, scopes: ['scim'], createdBy: graceId, expiresAt: inDays(60) });
  await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', graceId).execute();
  at(50);
  await addToken(inDays(55));
  expect(await notify()).toBe(1);
  expect(mails()).toEqual(['ada@example.com: The API key “Identity provider” ends']);
});

test('of what is revoked nobody is told', async () => {
  const { keyId } = await seedKey(services, { workspaceId, scopes: ['scim'], expiresAt: inDays(60) });
  await services.db.updateTable('workspace_keys').set({ revoked_at: new Date() }).where('id', '=', keyId).execute();
  at(50);
  expect(await notify()).toBe(0);
});

test('a notice that reached nobody is tried again', async () => {
  await seedKey(services, { workspaceId, scopes: ['scim'], createdBy: graceId, expiresAt: inDays(60) });
  at(50);
  const full = await startMailServer({ refuse: 'mailbox full' });
  const failing = mailerTo(full);
  expect(await notifyOfEndingKeys(services, failing)).toBe(0);
  failing.close();
  await full.close();
  expect(services.errorLines.splice(0)).toHaveLength(1);
  expect(await notify()).toBe(1);
});

test('without mail nothing is counted as told', async () => {
  await seedKey(services, { workspaceId, scopes: ['scim'], createdBy: graceId, expiresAt: inDays(60) });
  at(50);
  const silent = createMailer({ config: { mail: null }, log: services.log });
  expect(await notifyOfEndingKeys(services, silent)).toBe(0);
  expect(await notify()).toBe(1);
});
