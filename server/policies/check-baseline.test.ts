import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPolicyWorkspace, type PolicyWorkspace } from '#testing/policy-workspace.ts';

let at: PolicyWorkspace;
beforeAll(async () => {
  at = await openPolicyWorkspace();
});
afterAll(() => at.services.close());

const hooksIn = (folder: string) =>
  `[hooks]\nmanaged_dir = "${folder}"\nPreToolUse = [{ hooks = [{ type = "command", command = "check" }] }]\n`;

const order = async (baselinePolicyId: string | null, fallbackPolicyId: string) => {
  const { body } = await at.call<{ version: number }>('GET', '/policy-assignments');
  return { items: [], fallbackPolicyId, baselinePolicyId, expectedVersion: body.version };
};

test('two good documents that lock people out together never come together, whichever change would do it', async () => {
  const ours = await at.policy('Ours', hooksIn('/opt/ours'));
  const theirs = await at.policy('Theirs', hooksIn('/opt/theirs'));
  const harmless = await at.policy('Harmless');

  const clashing = await order(theirs, ours);
  const { body: preview } = await at.call<{ warnings: string[] }>('POST', '/policy-assignments/preview', clashing);
  expect(preview.warnings[0]).toMatch(/^Clients would refuse “Ours” and the baseline “Theirs” together\./);
  expect(await at.call('PUT', '/policy-assignments', clashing)).toMatchObject({
    status: 422,
    body: { code: 'policy-refused', message: expect.stringContaining('/opt/theirs') },
  });
  expect((await at.call('GET', '/policy-assignments')).body).toMatchObject({ baselinePolicyId: null, version: 1 });

  expect(await at.call('PUT', '/policy-assignments', await order(harmless, ours))).toMatchObject({ status: 200 });
  const draft = { expectedDraft: null, contents: hooksIn('/opt/elsewhere') };
  await at.call('PUT', `/policies/${harmless}/draft`, draft);
  expect((await at.call('POST', `/policies/${harmless}/publication/preview`)).body).toMatchObject({
    blockedBy: [expect.stringContaining('together')],
  });
  const publication = { expectedDraft: 1, message: 'Hooks for everybody' };
  expect(await at.call('POST', `/policies/${harmless}/publication`, publication)).toMatchObject({ status: 422 });
  expect((await at.call('GET', `/policies/${harmless}`)).body).toMatchObject({ revision: 1 });

  await at.call('PUT', `/policies/${harmless}/draft`, { expectedDraft: 1, contents: hooksIn('/opt/ours') });
  expect(
    await at.call('POST', `/policies/${harmless}/publication`, { ...publication, expectedDraft: 2 }),
  ).toMatchObject({ status: 200 });
});
