import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ProofAlert, ProofVerdict } from '#contract/proofs.ts';
import { attemptWith, openProofRuns, type ProofRuns, proofThat } from '#testing/proof-runs.ts';
import { type MailServer, startMailServer } from '#testing/servers/mail.ts';
import { seedMember } from '#testing/test-services.ts';
import { readProofFacts } from '../last-proof-facts.ts';

// Each proof makes a workspace and deletes it: seconds on a machine that is busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let mail: MailServer;
let world: ProofRuns;
beforeAll(async () => {
  mail = await startMailServer();
  world = await openProofRuns({ REEVE_SMTP_URL: mail.url, REEVE_MAIL_FROM: 'reeve@example.com' });
  const { services, workspaceId } = world;
  await seedMember(services.db, { workspaceId, email: 'grace@example.com', role: 'codex-admin' });
  await seedMember(services.db, { workspaceId, email: 'nobody@example.com', role: 'codex-user' });
});
afterAll(async () => {
  await world.services.close();
  await mail.close();
});

const prove = async (clientVersions: string[], verdict: (version: string) => ProofVerdict): Promise<void> => {
  await world.start({ policies: [{ policyId: null }], clientVersions });
  await world.proveNext(proofThat(({ client }) => [attemptWith('rules', verdict(client.version))]));
};
const alerts = async (state = 'open'): Promise<ProofAlert[]> =>
  (await world.call<{ items: ProofAlert[] }>('GET', `/verify/alerts?state=${state}`)).body.items;

test('a newer client that keeps less is told of, once, to those who may start proofs', async () => {
  await prove(['0.163.0'], () => 'held');
  expect(await alerts()).toEqual([]);
  await prove(['0.169.0'], () => 'not-enforced');
  const sentence = 'Codex 0.169.0 no longer keeps `rules` of Reeve’s own pins that 0.163.0 kept.';
  expect(await alerts()).toMatchObject([{ kind: 'drift', sentence, acknowledgedAt: null }]);
  const sent = await mail.waitForMail(({ to }) => to.includes('grace@example.com'));
  expect(sent).toMatchObject({ subject: sentence, text: expect.stringContaining('/verify/proofs/prf_') });
  await mail.waitForMail(({ to }) => to.includes('ada@example.com'));
  expect(mail.mails.flatMap(({ to }) => to)).not.toContain('nobody@example.com');
  await prove(['0.169.0'], () => 'not-enforced');
  expect(await alerts()).toHaveLength(1);
  expect(mail.mails).toHaveLength(2);
});

test('an older client that keeps less is none: it never did', async () => {
  await prove(['0.120.0'], () => 'not-enforced');
  expect(await alerts()).toHaveLength(1);
});

test('somebody says that they look after it; what is broken again is told again', async () => {
  const [drift] = await alerts();
  const said = await world.call<{ alert: ProofAlert }>('POST', `/verify/alerts/${drift?.id}/acknowledge`);
  expect(said.body.alert).toMatchObject({ id: drift?.id, acknowledgedBy: 'Ada Lovelace <ada@example.com>' });
  expect(await alerts()).toEqual([]);
  await prove(['0.169.0'], () => 'broken');
  const sentence = 'Codex 0.169.0 was brought past `rules` of Reeve’s own pins.';
  expect((await alerts()).map((alert) => [alert.kind, alert.sentence])).toEqual([['broken', sentence]]);
  expect(await readProofFacts(world.services.db, world.workspaceId)).toMatchObject({
    openAlerts: 1,
    newestAlert: sentence,
    verdict: 'broken',
    unproved: [],
  });
  const [broken] = await alerts();
  await world.call('POST', `/verify/alerts/${broken?.id}/acknowledge`);
  await prove(['0.169.0'], () => 'broken');
  expect(await alerts()).toHaveLength(1);
  expect(await alerts('all')).toHaveLength(3);
  expect((await world.call('POST', '/verify/alerts/pra_none/acknowledge')).status).toBe(404);
});
