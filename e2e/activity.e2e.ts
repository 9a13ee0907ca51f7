import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { activityEvent, recordEvents } from '#testing/activity.ts';
import type { Person } from '#testing/organisation.ts';
import { goTo, heading } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { lookForBarriers } from './look-for-barriers.ts';
import { addExplainedPolicy } from './policy-delivery.ts';

let example: ExampleOrganisation;
let grace: Person;
let page: Page;
let rule: string;

const threadId = '01a21854-c556-7ee3-a209-6c39299e1ecd';

beforeAll(async () => {
  example = await openExampleOrganisation();
  const { organisation, reeve } = example;
  grace = await organisation.addMember({ name: 'Grace Hopper' });
  rule = `${(await addExplainedPolicy(organisation)).number}.1.0`;
  const now = Date.now();
  const who = { workspaceId: organisation.workspaceId, memberId: grace.memberId, memberLabel: grace.email, threadId };
  const at = (second: number) => ({ reportedAt: new Date(now - 60_000 + second * 1000), sameAs: [String(second)] });
  const tool = { tool: 'exec_command', source: 'otel' as const, model: null };
  await recordEvents(
    reeve.services.db,
    [
      { ...who, ...at(0), kind: 'thread.started' as const, source: 'client-events' as const },
      { ...who, ...at(1), kind: 'prompt.sent' as const, detail: { characters: 42 } },
      { ...who, ...at(2), kind: 'model.call' as const, inputTokens: 1200, outputTokens: 80, durationMs: 2400 },
      {
        ...who,
        ...at(3),
        ...tool,
        kind: 'tool.decided' as const,
        decision: 'approved',
        decidedBy: 'user',
        outcome: null,
      },
      { ...who, ...at(4), ...tool, kind: 'tool.completed' as const, durationMs: 310, detail: { exitCode: 0 } },
      {
        ...who,
        ...at(5),
        ...tool,
        kind: 'tool.completed' as const,
        outcome: 'refused' as const,
        decision: 'forbidden',
        decidedBy: 'policy',
        rule,
      },
    ].map((event) => activityEvent(event)),
    new Date(),
  );
  page = await example.browser.openPage();
  await enterAs(page, organisation.owner, organisation.origin);
  await page.goto('/');
});
afterAll(() => example.close());

const table = () => page.getByRole('table', { name: 'Events' });
const kinds = () => table().getByRole('row').locator('td:first-child').allInnerTexts();

test('what clients and Reeve did stands in one list, whose filters are its address', async () => {
  await goTo(page, 'Activity');
  await page.getByRole('tab', { name: 'Events' }).click();
  await table().getByRole('link', { name: 'Tool call' }).first().waitFor();
  expect(await kinds()).toEqual(
    expect.arrayContaining(['Prompt', 'Model call', 'A version of a policy was published.']),
  );
  await page.getByRole('combobox', { name: 'Source' }).click();
  await page.getByRole('option', { name: 'OpenTelemetry' }).click();
  await expect.poll(kinds).toEqual(['Tool call', 'Tool call', 'Tool approved or denied']);
  expect(new URL(page.url()).searchParams.get('source')).toBe('otel');
  await page.reload();
  await expect.poll(kinds).toHaveLength(3);
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test('a link from elsewhere shows the events of a rule; the drawer leads to the rule, the member and the thread', async () => {
  await page.goto(`/activity?rule=${rule}`);
  await expect.poll(kinds).toEqual(['Tool call']);
  await page.getByText(`Rule ${rule}`, { exact: true }).waitFor();
  await table().getByRole('link', { name: 'Tool call' }).click();
  const drawer = page.getByRole('dialog', { name: 'Tool call' });
  await drawer.getByText('Forbidden by policy').waitFor();
  expect(await drawer.getByRole('link', { name: 'Which rule it is, and whom to ask' }).getAttribute('href')).toBe(
    `/why/${rule}`,
  );
  expect(await drawer.getByRole('link', { name: grace.email }).getAttribute('href')).toBe(`/members/${grace.memberId}`);
  await drawer.getByText('Nothing of what was said is kept of it.').waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  await drawer.getByRole('link', { name: 'Everything in this thread' }).click();
  await heading(page, 'Thread').waitFor();
  const rows = page.getByRole('table', { name: 'Events of the thread' }).getByRole('row');
  await expect
    .poll(() => rows.locator('td:first-child').allInnerTexts())
    .toEqual(['Thread started', 'Prompt', 'Model call', 'Tool approved or denied', 'Tool call', 'Tool call']);
});

test('an empty list says why', async () => {
  await page.goto('/activity?tab=events&source=client-events&tool=none');
  await page.getByText('No event matches these filters.').waitFor();
  await page.getByRole('button', { name: 'Show all events' }).click();
  await table().getByRole('link', { name: 'Tool call' }).first().waitFor();
  await page.goto('/activity/threads/none');
  await page.getByText('Nothing is known of this thread').waitFor();
});
