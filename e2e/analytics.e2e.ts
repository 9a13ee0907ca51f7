import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ActivityEvent } from '#contract/activity-events.ts';
import { startRepeating } from '#server/background-jobs.ts';
import type { Repeating } from '#server/jobs/repeat.ts';
import { activityEvent, recordEvents } from '#testing/activity.ts';
import type { Person } from '#testing/organisation.ts';
import { button, choose, dialog, goTo, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { lookForBarriers } from './look-for-barriers.ts';
import { addExplainedPolicy } from './policy-delivery.ts';

let example: ExampleOrganisation;
let grace: Person;
let anders: Person;
let page: Page;
let rule: string;
let counting: Repeating;

const dayMs = 86_400_000;
/** One moment for the whole file, which midnight may fall into. */
const begunMs = Date.now();
const daysAgo = (days: number) => new Date(begunMs - days * dayMs);
const isoDay = (at: Date) => at.toISOString().slice(0, 10);

beforeAll(async () => {
  example = await openExampleOrganisation();
  const { organisation } = example;
  grace = await organisation.addMember({ name: 'Grace Hopper' });
  anders = await organisation.addMember({ name: 'Anders Holm' });
  await organisation.addGroup('Engineering', [grace]);
  await organisation.addGroup('Contractors', [anders]);
  rule = `${(await addExplainedPolicy(organisation)).number}.1.0`;
  counting = startRepeating(example.reeve.services);
  page = await example.browser.openPage();
  await enterAs(page, organisation.owner, organisation.origin);
  await page.goto('/');
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await page.screenshot({ path: `test-results/e2e/analytics-${Date.now()}.png` });
});
afterAll(async () => {
  await counting.close();
  await example.close();
});

/** Recorded as they come in: at the time they happened. */
async function record(reportedAt: Date, events: (Partial<ActivityEvent> & Pick<ActivityEvent, 'sameAs'>)[]) {
  const { organisation, reeve } = example;
  const { workspaceId } = organisation;
  await recordEvents(
    reeve.services.db,
    events.map((event) => activityEvent({ workspaceId, reportedAt, ...event })),
    reportedAt,
  );
}

const by = ({ memberId, email }: Person) => ({ memberId, memberLabel: email });

const call = (person: Person, [threadId, turnId]: [string, string], more: Partial<ActivityEvent>) => ({
  sameAs: [`call of ${turnId}`],
  ...by(person),
  threadId,
  turnId,
  model: 'gpt-5.4',
  inputTokens: 1000,
  cachedInputTokens: 400,
  outputTokens: 200,
  reasoningTokens: 50,
  costUsd: 0.5,
  credits: 10,
  ...more,
});

async function recordWork(): Promise<void> {
  await record(daysAgo(40), [call(grace, ['t0', 't0.1'], { costUsd: 1 })]);
  await record(daysAgo(3), [call(anders, ['t3', 't3.1'], {})]);
  const vscode = { surface: 'CODEX_IDE_VSCODE', model: 'corp-model', inputTokens: 300, outputTokens: 100 } as const;
  const tool = { ...by(grace), source: 'otel', model: null, threadId: 't1', tool: 'exec_command' } as const;
  await record(daysAgo(1), [
    call(grace, ['t1', 't1.1'], {}),
    call(grace, ['t1', 't1.2'], {}),
    call(grace, ['t2', 't2.1'], { ...vscode, costUsd: 0.25, credits: 5 }),
    { sameAs: ['refused'], ...by(anders), outcome: 'refused', code: 'model-not-allowed', turnId: 't4.1' },
    { ...tool, sameAs: ['one'], kind: 'tool.completed', durationMs: 100 },
    { ...tool, sameAs: ['two'], kind: 'tool.completed', outcome: 'failed', durationMs: 300 },
    { ...tool, sameAs: ['one'], kind: 'tool.decided', decision: 'approved', decidedBy: 'user', outcome: null },
    {
      ...tool,
      sameAs: ['three'],
      kind: 'tool.decided',
      decision: 'forbidden',
      decidedBy: 'policy',
      outcome: null,
      rule,
      policyName: 'Nothing leaves',
    },
  ]);
}

const panel = (title: string): Locator => page.getByRole('region', { name: new RegExp(`^${title},`) });

/** The key figures with their words, as “Threads: 3, 2 more”. */
async function keyFigures(): Promise<string[]> {
  const figures = page.getByRole('region', { name: 'Key figures' }).locator('dl > div');
  return (await figures.allInnerTexts()).map((text) => text.replaceAll(/\s*\n\s*/g, ', ').replace(', ', ': '));
}
const expectFigures = (...expected: string[]) => expect.poll(keyFigures).toEqual(expect.arrayContaining(expected));

async function savedText(pressed: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), pressed()]);
  return readFile(await download.path(), 'utf8');
}

test('nothing is zero without a reason', async () => {
  await goTo(page, 'Analytics');
  await page.getByText('nobody was active in this time').waitFor();
  for (const title of ['Active members by surface', 'Tool calls', 'Blocked by rule', 'Code reviews'])
    expect((await panel(title).getByRole('paragraph').innerText()).length).toBeGreaterThan(20);
  await page.getByRole('region', { name: 'Members', exact: true }).getByRole('paragraph').last().waitFor();
});

test('the figures are those of what happened, and come without reloading', async () => {
  await recordWork();
  await expectFigures(
    'Active members: 2, 100 % more',
    'Threads: 3, 3 times as much',
    'Turns: 4, 4 times as much',
    'Tokens: 4,000, 3.3 times as much',
    'Credits: 35, 3.5 times as much',
    'Cost: $1.75, 75 % more',
  );
  await page.getByText('1 of 2 active members also report telemetry').waitFor();
  await page.getByText(/Counted until \d\d:\d\d:\d\d, \d+ s ago/).waitFor();
  const tools = panel('Tool calls');
  await tools.getByText('exec_command').waitFor();
  await tools.getByText('1 failed, 200 ms on average').waitFor();
  await panel('Approval decisions').getByText('Approved by the member').waitFor();
  await panel('Approval decisions').getByText('Forbidden by policy').waitFor();
  await panel('Refused model calls').getByText('model-not-allowed').waitFor();
  await panel('Cost by group').getByRole('listitem').filter({ hasText: 'Engineering' }).getByText('$1.25').waitFor();
  const model = panel('Cost by model').getByRole('listitem').filter({ hasText: 'corp-model' });
  expect(await model.innerText()).toContain('$0.25');
});

test('a filter is in the address, Back takes it away, and an old link opens with it', async () => {
  await choose(page, 'Surface', 'VS Code');
  await expectFigures('Threads: 1, none before', 'Cost: $0.25, none before');
  expect(new URL(page.url()).searchParams.get('surface')).toBe('CODEX_IDE_VSCODE');
  await choose(page, 'Time', 'Last 7 days');
  await choose(page, 'Group', 'Contractors');
  await expectFigures('Threads: 0, none before either');
  await panel('Active members by surface').getByText('matches the filters').waitFor();
  await page.goBack();
  await expectFigures('Threads: 1, none before');
  await page.goBack();
  expect(page.url()).not.toContain('range=');
  await page.goBack();
  await expectFigures('Threads: 3, 3 times as much');
  await page.goto(`/analytics?from=${isoDay(daysAgo(3))}&to=${isoDay(daysAgo(3))}&surface=nonsense`);
  await expectFigures('Active members: 1, none before', 'Turns: 1, none before');
  await page.getByText('compared with the day before').waitFor();
  await page.getByLabel('From', { exact: true }).fill(isoDay(daysAgo(4)));
  await page.getByText('compared with the 2 days before').waitFor();
  await page.goto(`/analytics?memberId=${anders.memberId}&model=gpt-5.4&interval=week`);
  await expectFigures('Threads: 1, none before');
  await expect.poll(() => page.getByRole('combobox', { name: 'Member' }).inputValue()).toBe('Anders Holm');
  await panel('Cost by group').getByText('One member is shown').waitFor();
  await button(page, 'Clear filters').click();
  await expect.poll(() => page.url()).toMatch(/analytics\?interval=week$/);
});

test('each chart has the same numbers as a table, by keyboard too, and as a file', async () => {
  await page.goto('/analytics');
  await expectFigures('Threads: 3, 3 times as much');
  const surfaces = panel('Active members by surface');
  await button(page, 'Show as table: Active members by surface').focus();
  await page.keyboard.press('Enter');
  const row = surfaces.getByRole('row', { name: isoDay(daysAgo(1)) });
  await expect.poll(() => row.getByRole('cell').allInnerTexts()).toEqual(['1', '1']);
  await page.reload();
  await surfaces.getByRole('table').waitFor();
  const csv = await savedText(() => button(page, 'Save as CSV: Active members by surface').click());
  const lines = csv.trimEnd().split('\r\n');
  expect(lines).toHaveLength(31);
  expect(lines[0]).toBe('Day,CLI,VS Code');
  expect(lines).toContain(`${isoDay(daysAgo(1))},1,1`);
  expect(lines).toContain(`${isoDay(daysAgo(3))},1,0`);
  await button(page, 'Show as chart: Active members by surface').click();
  await surfaces.getByRole('application').waitFor();
});

test('what was blocked leads to why, and to the events of that rule', async () => {
  const blocked = panel('Blocked by rule');
  await blocked.getByText(/^git /).waitFor();
  await blocked.getByText(`Nothing leaves, rule ${rule}`).waitFor();
  const events = blocked.getByRole('link', { name: 'Events' });
  expect(await events.getAttribute('href')).toBe(`/activity?rule=${rule}`);
  await blocked.getByRole('link', { name: 'Why' }).click();
  await heading(page, 'Why Codex stopped here').waitFor();
  await page.goBack();
});

test('members are ranked, sorted, found, and lead to their page', async () => {
  await page.goto('/analytics');
  const ranking = page.getByRole('table', { name: 'Members by use' });
  const names = () => ranking.getByRole('row').getByRole('link').allInnerTexts();
  await expect.poll(names).toEqual(['Grace Hopper', 'Anders Holm']);
  await ranking.getByRole('button', { name: 'Cost' }).click();
  await expect.poll(names).toEqual(['Anders Holm', 'Grace Hopper']);
  expect(page.url()).toContain('direction=asc');
  await page.getByRole('searchbox', { name: 'Search by name or e-mail' }).fill('grace');
  await expect.poll(names).toEqual(['Grace Hopper']);
  await ranking.getByRole('link', { name: 'Grace Hopper' }).click();
  await heading(page, 'Grace Hopper').waitFor();
  const usage = page.getByRole('region', { name: 'Usage', exact: true });
  await usage.getByText('$1.25').waitFor();
  await usage.getByText('CLI, VS Code').waitFor();
  await link(page, 'Analytics of this member').click();
  await expectFigures('Active members: 1, as before', 'Threads: 2, 100 % more');
});

test('usage is exported, with addresses only on demand, and that is on record', async () => {
  await page.goto('/analytics');
  await button(page, 'Export').click();
  const asked = dialog(page, 'Export usage');
  const days = await savedText(() => asked.getByRole('link', { name: 'Download' }).click());
  expect(days).toContain('CODEX_IDE_VSCODE');
  expect(days).not.toContain('grace.hopper');
  await button(page, 'Export').click();
  await asked.getByRole('radio', { name: /^Its members/ }).check();
  await asked.getByRole('checkbox', { name: 'With names and e-mail addresses' }).check();
  await asked.getByText('JSON', { exact: true }).click();
  const members = await savedText(() => asked.getByRole('link', { name: 'Download' }).click());
  expect(members).toContain('grace.hopper@example.com');
  expect(JSON.parse(members)).toBeTruthy();
  const { items } = await example.organisation.owner.api.audit.list({ event: 'analytics.exported' });
  expect(items).toHaveLength(2);
});

test('live figures wait while paused', async () => {
  await page.goto('/analytics');
  await expectFigures('Turns: 4, 4 times as much');
  await button(page, 'Pause updating').click();
  // Later than what was recorded before.
  await record(new Date(Date.now() - dayMs), [call(anders, ['t5', 't5.1'], {})]);
  await button(page, 'Go on updating').click();
  await expectFigures('Turns: 5, 5 times as much');
});

test('with figures on it the page is for everyone, as charts and as tables', async () => {
  const tables = 'surfaces.threads.models.groups.tools.decisions.blocked.refusals.adoption';
  for (const address of ['/analytics', `/analytics?tables=${tables}`]) {
    await page.goto(address);
    await expectFigures('Active members: 2, 100 % more');
    await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count()).toBe(0);
    expect(await lookForBarriers(page)).toEqual([]);
  }
});
