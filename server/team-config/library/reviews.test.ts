import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bundle } from '#contract/team-config.ts';
import { type LibraryMember, type LibraryTests, openLibraryTests } from '#testing/team-config-library.ts';

let tests: LibraryTests;
let grace: LibraryMember;
let alan: LibraryMember;
beforeAll(async () => {
  tests = await openLibraryTests();
  grace = await tests.signIn('Grace', 'owner');
  alan = await tests.signIn('Alan', 'owner');
  await rule(true);
});
afterAll(() => tests.close());

const agents = (content: string) => ({ path: 'AGENTS.md', content });
const rule = (secondApprover: boolean) => tests.owner.call('PUT', '/team-config/review-rule', { secondApprover });
const ask = (id: string, expectedDraft: number, by = tests.owner) =>
  by.call<{ bundle: Bundle }>('POST', `/team-config/bundles/${id}/reviews`, { expectedDraft, message: 'Please.' });
const decide = (reviewId: string, decision: string, by: LibraryMember, reason = '') =>
  by.call<{ bundle: Bundle; code?: string }>('POST', `/team-config/reviews/${reviewId}/decision`, { decision, reason });
const outcomes = async (id: string) =>
  (await tests.events(id)).filter(({ event }) => event === 'bundle.review-decided').map(({ payload }) => payload);

async function drafted(name: string) {
  const { id } = await tests.create(name);
  await tests.save(id, null, [agents(name)]);
  return id;
}
async function asked(name: string) {
  const id = await drafted(name);
  const { body } = await ask(id, 1);
  return { id, reviewId: body.bundle.openReview?.id ?? '' };
}

test('under the rule nobody publishes alone; a second person does, in one step', async () => {
  const { id, reviewId } = await asked('Reviewed');
  expect(await tests.publish(id, 1)).toMatchObject({ status: 409, body: { code: 'review-needed' } });
  const approved = await decide(reviewId, 'approve', grace);
  expect(approved.body.bundle).toMatchObject({
    draftVersion: null,
    openReview: null,
    newest: {
      number: 1,
      message: 'Please.',
      publishedBy: 'Ada Lovelace <ada@example.com>',
      approvedBy: 'Grace <grace@example.com>',
    },
  });
  expect((await tests.events(id)).at(-1)).toMatchObject({
    event: 'bundle.published',
    payload: { version: 1, approvedBy: 'Grace <grace@example.com>' },
  });
  expect((await decide(reviewId, 'approve', alan)).status).toBe(404);
});

test('whoever asked, or wrote a part, cannot approve', async () => {
  const id = await drafted('Written by two');
  await tests.save(id, 1, [agents('more')], grace);
  const { body } = await ask(id, 2, alan);
  const reviewId = body.bundle.openReview?.id ?? '';
  expect(body.bundle.draftAuthors).toEqual(['Ada Lovelace <ada@example.com>', 'Grace <grace@example.com>']);
  for (const somebody of [tests.owner, grace, alan])
    expect(await decide(reviewId, 'approve', somebody)).toMatchObject({
      status: 403,
      body: { code: 'review-refused' },
    });
  const barbara = await tests.signIn('Barbara', 'owner');
  expect((await decide(reviewId, 'approve', barbara)).status).toBe(200);
});

test('a review is void when the draft moves on', async () => {
  const { id, reviewId } = await asked('Moves on');
  await tests.save(id, 1, [agents('sneaked in')]);
  expect(await decide(reviewId, 'approve', grace)).toMatchObject({ status: 404 });
  expect(await outcomes(id)).toMatchObject([{ outcome: 'withdrawn', reason: 'The draft was changed.' }]);
  expect((await ask(id, 1)).status).toBe(409);
  expect((await ask(id, 2)).status).toBe(200);
  expect((await ask(id, 2)).status).toBe(409);
  await tests.owner.call('DELETE', `/team-config/bundles/${id}/draft`, { expectedDraft: 2 });
  expect(await outcomes(id)).toHaveLength(2);
});

test('approving and saving at the same moment: what is published is what was reviewed', async () => {
  const { id, reviewId } = await asked('Raced');
  const [approved, saved] = await Promise.all([
    decide(reviewId, 'approve', grace),
    tests.save(id, 1, [agents('other')]),
  ]);
  expect([approved.status, saved.status]).toEqual(approved.status === 200 ? [200, 409] : [404, 200]);
  const { body } = await tests.owner.call<{ files: { content: string }[] }>('GET', `/team-config/bundles/${id}`);
  expect(body.files.map(({ content }) => content)).toEqual(approved.status === 200 ? ['Raced'] : []);
});

test('two who decide at once: one does', async () => {
  const { id, reviewId } = await asked('Decided twice');
  const both = await Promise.all([decide(reviewId, 'approve', grace), decide(reviewId, 'decline', alan)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
  const { body } = await tests.owner.call<{ bundle: Bundle }>('GET', `/team-config/bundles/${id}`);
  expect(body.bundle.newest === null).toBe(both[0].status !== 200);
});

test('declined and withdrawn leave the draft, with the reason', async () => {
  const { id, reviewId } = await asked('Declined');
  expect((await decide(reviewId, 'withdraw', grace)).status).toBe(403);
  expect((await decide(reviewId, 'decline', grace, 'Not yet.')).body.bundle).toMatchObject({
    draftVersion: 1,
    openReview: null,
  });
  const again = (await ask(id, 1)).body.bundle.openReview?.id ?? '';
  expect((await decide(again, 'withdraw', tests.owner)).status).toBe(200);
  expect(await outcomes(id)).toMatchObject([
    { outcome: 'declined', reason: 'Not yet.' },
    { outcome: 'withdrawn', reason: '' },
  ]);
});

test('the rule is read where it counts, and changing it is recorded', async () => {
  const { id, reviewId } = await asked('Without the rule');
  await rule(false);
  expect((await tests.publish(id, 1)).status).toBe(200);
  expect(await outcomes(id)).toMatchObject([{ outcome: 'withdrawn' }]);
  expect((await decide(reviewId, 'approve', grace)).status).toBe(404);
  await rule(true);
  expect((await tests.events(tests.workspaceId)).at(-1)).toMatchObject({
    event: 'bundle.review-rule-updated',
    payload: { before: { secondApprover: false }, after: { secondApprover: true } },
  });
  const reader = await tests.signIn('Reader', 'codex-user');
  expect((await reader.call('PUT', '/team-config/review-rule', { secondApprover: false })).status).toBe(403);
});
