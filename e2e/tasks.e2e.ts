import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { button, choose, dialog, goTo, heading, link } from './by-clicking.ts';
import { watchConnections } from './cut-connections.ts';
import { enterAs } from './example-organisation.ts';
import { type AttemptAtWork, type HostedWork, openHostedWork, readmeDiff } from './hosted-work.ts';
import { lookForBarriers } from './look-for-barriers.ts';

let hosted: HostedWork;
const connections = watchConnections();
let page: Page;
let first: AttemptAtWork;
let second: AttemptAtWork;

beforeAll(async () => {
  hosted = await openHostedWork();
  page = await hosted.browser.openPage();
  await enterAs(page, hosted.grace, hosted.organisation.origin);
  await page.goto('/codex/tasks');
});
afterAll(() => {
  connections.stop();
  return hosted.close();
});

const prompt = 'Say in the README how totals are rounded.';
const log = () => page.getByRole('region', { name: 'Log', exact: true });
const tab = (name: string | RegExp) => page.getByRole('tab', { name });
const scrollTop = () => log().evaluate((element) => element.scrollTop);
const widen = () => page.setViewportSize({ width: 1280, height: 900 });

test('a task is given by keyboard, and what is typed stays through a reload', async () => {
  await page.getByText('Tasks that you give Codex appear here').waitFor();
  await link(page, 'Give Codex a task').click();
  await heading(page, 'New task').waitFor();
  await page.getByLabel('What shall Codex do?').press('Control+Enter');
  await page.getByText('Say what Codex shall do.').waitFor();
  await page.getByLabel('What shall Codex do?').fill(prompt);
  await page.getByRole('radiogroup', { name: 'Attempts' }).getByText('2', { exact: true }).click();
  await page.reload();
  await expect.poll(() => page.getByLabel('What shall Codex do?').inputValue()).toBe(prompt);
  await page.getByText('2 containers side by side').waitFor();
  const branch = page.getByRole('combobox', { name: 'Branch' });
  await branch.pressSequentially('rel');
  await page.getByRole('option', { name: 'release/1', exact: true }).click();
  expect(await branch.inputValue()).toBe('release/1');
  expect(await page.getByRole('option', { name: 'main', exact: true }).count()).toBe(0);
  await branch.fill('');
  await page.getByLabel('What shall Codex do?').press('Control+Enter');
  await page.getByText('It waits for a runner.').first().waitFor();
  await expect.poll(() => page.getByRole('tab', { name: /^Attempt \d Queued/ }).count()).toBe(2);
  expect(new URL(page.url()).pathname).toMatch(/^\/codex\/tasks\/task_/);
});

test('the log grows as the runner reports, and screen readers hear states but no output', async () => {
  first = await hosted.take();
  second = await hosted.take();
  expect(first.job.prompt).toBe(prompt);
  await tab(/^Attempt 1/).click();
  const one = first.job.placement === 0 ? first : second;
  [first, second] = [one, one === first ? second : first];
  await first.say([{ kind: 'output', phase: 'prepare', text: 'Fetched acme/billing.\n' }], { state: 'preparing' });
  await log().getByText('Fetched acme/billing.').waitFor();
  const plan = (done: boolean) =>
    JSON.stringify([
      { text: 'Read the README', done },
      { text: 'Write it', done: false },
    ]);
  await first.say(
    [
      { kind: 'plan', text: plan(true) },
      { kind: 'command', text: 'cat README.md', item: 'item_1' },
      { kind: 'command-output', text: '# Billing\nTotals are added up.\n', item: 'item_1', exitCode: 0 },
      { kind: 'command', text: 'npm test', item: 'item_2' },
    ],
    { state: 'working' },
  );
  await page.getByRole('region', { name: 'Plan' }).getByText('1 of 2 done').waitFor();
  await page.getByRole('list', { name: 'Phases' }).getByText('Agent').waitFor();
  await log().getByText('running', { exact: true }).waitFor();
  expect(await log().getByText('Totals are added up.').count()).toBe(0);
  await log()
    .getByRole('button', { name: /^cat README.md/ })
    .click();
  await log().getByText('Totals are added up.').waitFor();
  const spoken = page.getByRole('status').filter({ hasText: 'Attempt 1: Working. 1 of 2 steps done.' });
  await expect.poll(() => spoken.count()).toBe(1);
  expect(await log().getAttribute('aria-live')).toBeNull();
});

test('a lost connection is taken up again behind the last line, and nothing comes twice', async () => {
  await page.context().setOffline(true);
  expect(connections.cut(Number(new URL(hosted.organisation.origin).port))).toBeGreaterThan(0);
  await first.say([{ kind: 'message', text: 'Said while nobody listened.' }]);
  await page.getByText('The connection was lost.').waitFor();
  await page.context().setOffline(false);
  await log().getByText('Said while nobody listened.').waitFor({ timeout: 20_000 });
  await first.say([{ kind: 'message', text: 'Said afterwards.' }]);
  await log().getByText('Said afterwards.').waitFor();
  expect(await log().getByText('Said while nobody listened.').count()).toBe(1);
  expect(await log().getByText('Fetched acme/billing.').count()).toBe(1);
  await expect.poll(() => page.getByText('The connection was lost.').count()).toBe(0);
  const complaints = hosted.browser.complaints.splice(0);
  expect(complaints.filter((complaint) => !/net::ERR_/.test(complaint))).toEqual([]);
});

test('the log follows its end, but never moves under the pointer', async () => {
  const lines = (count: number, word: string) =>
    Array.from({ length: count }, (_, index) => ({ kind: 'message' as const, text: `${word} ${index + 1}` }));
  await page.mouse.move(5, 5);
  await log().evaluate(async (element) => {
    element.scrollTop = element.scrollHeight;
    // The page hears of it with the next picture.
    for (let frame = 0; frame < 2; frame += 1)
      await new Promise((next) => element.ownerDocument.defaultView?.requestAnimationFrame(next));
  });
  await first.say(lines(40, 'Line'));
  await log().getByText('Line 40', { exact: true }).waitFor();
  const isAtEnd = () =>
    log().evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight < 24);
  await expect.poll(isAtEnd).toBe(true);
  await log().hover();
  const before = await scrollTop();
  await first.say(lines(30, 'Later'));
  await button(page, '30 new entries').waitFor();
  expect(await scrollTop()).toBe(before);
  await button(page, '30 new entries').click();
  await expect.poll(isAtEnd).toBe(true);
  await page.mouse.move(5, 5);
});

test('what leaves the container is told with its rule, and what was refused is summed up', async () => {
  const refused = { host: 'rates.example.net', path: '/today' };
  await first.say([], {
    egress: [refused, refused, { host: 'pypi.org', isAllowed: true, rule: 'listed-domain', status: 200 }],
  });
  await tab('Internet').click();
  await page.getByText('2 requests were refused').waitFor();
  await page.getByText('2 times:').waitFor();
  expect(await link(page, 'See what Billing service would need').getAttribute('href')).toBe(
    `/codex/environments/${hosted.environmentId}?tab=internet`,
  );
  const rows = page.getByRole('table', { name: 'Requests' }).getByRole('row');
  await expect.poll(() => rows.count()).toBe(4);
  await page.getByText('Refused 2', { exact: true }).click();
  await expect.poll(() => rows.count()).toBe(3);
  await tab('Log').click();
});

test('changes are read file by file, and comments on lines go back with the follow-up', async () => {
  await first.change(readmeDiff);
  await tab(/^Changes/).click();
  await page.getByText('So far:').waitFor();
  expect(await button(page, 'Comment on a line').count()).toBe(0);
  await second.finish('answered', 'Nothing to do.');
  await first.change(readmeDiff, true);
  await first.finish('changed', 'I wrote how `totals` are rounded.');
  await page.getByRole('region', { name: 'Answer' }).getByText('totals', { exact: true }).waitFor();
  const file = page.getByRole('region', { name: 'README.md', exact: true });
  // The answer may be there before the final changes are; lines take comments when they are.
  await file.getByRole('button', { name: 'Comment on a line' }).waitFor();
  await file.locator('.diff-gutter-insert').filter({ hasText: '3' }).last().click();
  await file.getByLabel('Comment on line 3').fill('Which rounding? Half to even.');
  await file.getByLabel('Comment on line 3').press('Control+Enter');
  await file.getByRole('article', { name: 'Comment on line 3' }).getByText('Half to even').waitFor();
  await file.getByRole('button', { name: 'Comment on a line' }).click();
  await file.getByLabel('Number of the line').fill('99');
  await file.getByRole('button', { name: 'Comment', exact: true }).click();
  await file.getByText('The diff does not show this line.').waitFor();
  await file.getByLabel('Number of the line').fill('4');
  await file.getByRole('button', { name: 'Comment', exact: true }).click();
  await file.getByLabel('Comment on line 4').fill('Drop this.');
  await file.getByRole('button', { name: 'Add comment' }).click();
  await file
    .getByRole('article', { name: 'Comment on line 4' })
    .getByRole('button', { name: /^Take back/ })
    .click();
  await expect.poll(() => file.getByRole('article').count()).toBe(1);
  expect(await lookForBarriers(page)).toEqual([]);
  await widen();
  await page.getByText('1 comment goes along.').waitFor();
  await page.getByLabel('Go on from attempt 1').fill('Please be exact.');
  await page.getByLabel('Go on from attempt 1').press('Control+Enter');
  const next = await hosted.take();
  expect(next.job.prompt).toContain('Please be exact.');
  expect(next.job.prompt).toContain('Half to even');
  expect(next.job.prompt).not.toContain('Drop this');
  await page.getByRole('heading', { name: 'Turn 2' }).waitFor();
  await page.getByText('with 1 comment').waitFor();
  await next.change(readmeDiff, true);
  await next.finish('changed', 'Half to even, then.');
  await page.getByText('Half to even, then.').waitFor();
});

/** Each publication starts dozens of programs of git. */
const patiently = { timeout: 120_000 };

test('a refusal of the git server is told in its words; then a pull request is opened and brought up to date', async () => {
  const [repository] = hosted.github.world.repositories.values();
  const title = 'Say how totals are rounded';
  hosted.github.protect('acme/billing', { pattern: 'codex/*' });
  await button(page, 'Open pull request').click();
  const form = dialog(page, 'Open a pull request');
  await form.getByLabel('Title').fill(title);
  expect(await lookForBarriers(page)).toEqual([]);
  await widen();
  await form.getByRole('button', { name: 'Open the pull request' }).click();
  await form.getByText('The git server refused this').waitFor(patiently);
  await form.getByText('GH006: Protected branch update failed').waitFor();
  expect(hosted.browser.complaints.splice(0).join()).toContain('status of 409');
  expect(repository?.pulls.size).toBe(0);
  repository?.protections.splice(0);
  expect(await form.getByLabel('Title').inputValue()).toBe(title);
  await form.getByRole('button', { name: 'Open the pull request' }).click();
  await page.getByRole('link', { name: /^#\d+ ?open/ }).waitFor(patiently);
  expect([...(repository?.pulls.values() ?? [])].map((pull) => pull.title)).toEqual([title]);
  await button(page, 'Update pull request').click();
  await dialog(page, /^Update #/)
    .getByRole('button', { name: 'Update the pull request' })
    .click();
  await page.getByText(/^Pull request #\d+ is up to date\.$/).waitFor(patiently);
  expect(repository?.pulls.size).toBe(1);
});

test('the commands of the stock client for these changes are at hand', async () => {
  const id = new URL(page.url()).pathname.split('/').at(-1);
  await button(page, 'More about this task').click();
  await page.getByRole('menuitem', { name: 'Apply on your machine' }).click();
  const commands = dialog(page, 'Apply on your machine');
  await commands.getByText(`codex apply ${id}`, { exact: true }).waitFor();
  await commands.getByText(`codex cloud diff ${id}\ncodex cloud apply ${id}`, { exact: true }).waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
  await widen();
  expect(await link(page, 'How it reaches this workspace').getAttribute('href')).toBe('/connect?for=proxy');
  await page.keyboard.press('Escape');
  await commands.waitFor({ state: 'hidden' });
});

test('the list says what is new, finds, and takes back what was archived', async () => {
  const { id } = await hosted.grace.api.tasks.create({
    environmentId: hosted.environmentId,
    mode: 'ask',
    prompt: 'Why is it slow?',
  });
  const work = await hosted.take();
  await work.finish('answered', 'Because.');
  await goTo(page, 'Tasks');
  const rows = page.getByRole('table', { name: 'Tasks' }).getByRole('row');
  const asked = rows.filter({ hasText: 'Why is it slow?' });
  await asked.getByText('not read yet').waitFor();
  await page.getByLabel('Search your tasks').fill('README');
  await expect.poll(() => asked.count()).toBe(0);
  await expect.poll(() => new URL(page.url()).searchParams.get('search')).toBe('README');
  await button(page, 'Clear the search').click();
  await asked.waitFor();
  await choose(page, 'Status', 'Failed or cancelled');
  await expect.poll(() => asked.count()).toBe(0);
  await page.reload();
  expect(new URL(page.url()).searchParams.get('status')).toBe('error');
  await choose(page, 'Status', 'Done, not applied');
  await asked.waitFor();
  // Chosen again it is chosen no more.
  await choose(page, 'Status', 'Done, not applied');
  await expect.poll(() => new URL(page.url()).searchParams.has('status')).toBe(false);
  await asked.getByRole('link', { name: 'Why is it slow?' }).click();
  await page.getByText('Because.').waitFor();
  await page.goBack();
  await asked.waitFor();
  await expect.poll(() => asked.getByText('not read yet').count()).toBe(0);
  await button(page, 'Archive: Why is it slow?').click();
  await expect.poll(() => asked.count()).toBe(0);
  await button(page, 'Undo').click();
  await asked.waitFor();
  expect((await hosted.grace.api.tasks.get({ id })).isArchived).toBe(false);
});

test('a task is cancelled while it runs, and what failed runs again in its place', async () => {
  const { id } = await hosted.grace.api.tasks.create({
    environmentId: hosted.environmentId,
    mode: 'code',
    prompt: 'Build it.',
  });
  const work = await hosted.take();
  await page.goto(`/codex/tasks/${id}`);
  await work.say([{ kind: 'error', phase: 'setup', text: 'npm error ERESOLVE' }], { state: 'setting-up' });
  await log().getByText('npm error ERESOLVE').waitFor();
  await work.finish('setup-failed', null, '`npm ci` ended with code 1.');
  await page.getByRole('alert').getByText('The set-up script failed').waitFor();
  await button(page, 'Run again').click();
  const again = await hosted.take();
  expect(again.job.attemptId).not.toBe(work.job.attemptId);
  await button(page, 'Cancel').click();
  await button(page, 'Cancel the attempt').click();
  await page.getByText('It is being stopped.').waitFor();
  await again.finish('cancelled');
  await page.getByText('It was cancelled.').first().waitFor();
});
