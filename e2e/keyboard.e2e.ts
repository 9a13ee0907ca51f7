import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '#console/paths.ts';
import { button, dialog, findInPalette, goTo, heading } from './by-clicking.ts';
import { everyPage, openEveryone, openVisit, type Visit, type Who } from './every-page.ts';
import { type ExampleOrganisation, fillOrganisation, openExampleOrganisation } from './example-organisation.ts';

let example: ExampleOrganisation;
let visits: Record<keyof typeof paths, Visit[]>;
let pages: Map<Who, Page>;

beforeAll(async () => {
  example = await openExampleOrganisation();
  const { member } = await fillOrganisation(example);
  visits = await everyPage(example);
  pages = await openEveryone(example, member);
});
afterAll(() => example.close());

/**
 * In the page: numbers everything that works by click. Of a group of radios the keyboard reaches one; what is under an open dialog
 * is out of reach on purpose.
 */
const numberControls = `(() => {
  const inside = [...document.querySelectorAll('[role=dialog]')].findLast((one) => one.checkVisibility()) ?? document.body;
  const wanted = inside.querySelectorAll('a[href], button, input, select, textarea, [contenteditable=true], [tabindex="0"]');
  const radios = new Set();
  const controls = [...wanted].filter((element) => {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.matches(':disabled, [type=hidden]')) return false;
    // Steppers of number fields, the cross of lists and of what was chosen: arrow keys, choosing the same again and Backspace do what
    // they do.
    if (element.tabIndex < 0 && element.closest('[class*=NumberInput], [class*=InputClearButton], [class*=Pill-remove]')) return false;
    if (element.matches('[role=tab][tabindex="-1"]')) return false;
    if (element.type !== 'radio') return true;
    return radios.has(element.name) ? false : radios.add(element.name);
  });
  controls.forEach((element, index) => element.setAttribute('data-number', element.type === 'radio' ? element.name : index));
  return controls.map((element) => [element.getAttribute('data-number'), element.outerHTML.slice(0, 160)]);
})()`;

/** In the page: the number of what has the focus, and whether one can see that it has. */
const readFocus = `(() => {
  const element = document.activeElement;
  const number = element.type === 'radio' ? element.name : element.getAttribute('data-number');
  const isMarked = (one) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  };
  const around = [element, ...element.parentElement.children, element.closest('.cm-editor')?.parentElement, element.closest('.mantine-Input-input')];
  const isVisible = around.some((one) => one && isMarked(one));
  return { number, isVisible, html: element.outerHTML.slice(0, 160) };
})()`;

interface Focus {
  number: string | null;
  isVisible: boolean;
  html: string;
}

/** @returns what Tab does not reach, and what does not show that it has the focus */
async function walk(page: Page, tries = 3): Promise<string[]> {
  const controls = await page.evaluate<[string, string][]>(numberControls);
  const missing = new Map(controls);
  const faults: string[] = [];
  for (let step = 0; step < controls.length + 20 && missing.size > 0; step += 1) {
    await page.keyboard.press('Tab');
    const { number, isVisible, html } = await page.evaluate<Focus>(readFocus);
    if (number === null || !missing.delete(number)) continue;
    if (!isVisible) faults.push(`no visible focus: ${html}`);
  }
  // Read anew meanwhile: what was numbered is gone, and what stands in its place has no number yet.
  const gone = [...missing.keys()].map((number) => page.locator(`[data-number="${number}"]`).count());
  if (tries > 1 && (await Promise.all(gone)).includes(0)) return walk(page, tries - 1);
  return [...faults, ...[...missing.values()].map((html) => `not reached: ${html}`)];
}

test.each(Object.keys(paths) as (keyof typeof paths)[])('%s can be used without a mouse', async (name) => {
  const found: string[] = [];
  for (const visit of visits[name]) {
    const page = await openVisit(pages, visit);
    found.push(...(await walk(page)).map((fault) => `${visit.address}: ${fault}`));
  }
  expect(found, found.join('\n')).toEqual([]);
});

test('the first Tab offers to skip to the page', async () => {
  const page = await openVisit(pages, { address: '/members', as: 'owner' });
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the page' });
  const box = await skip.boundingBox();
  expect(box && box.y >= 0 && box.x >= 0).toBe(true);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate<string>('document.activeElement.id')).toBe('main');
});

test('Escape closes a dialog and the focus returns to what opened it', async () => {
  const page = await openVisit(pages, { address: '/members', as: 'owner' });
  await button(page, 'Invite people').focus();
  await page.keyboard.press('Enter');
  const invitation = dialog(page, 'Invite people');
  await expect
    .poll(() => invitation.getByLabel('E-mail addresses').evaluate((field) => field.matches(':focus')))
    .toBe(true);
  await page.keyboard.press('Escape');
  await invitation.waitFor({ state: 'hidden' });
  await expect.poll(() => button(page, 'Invite people').evaluate((opener) => opener.matches(':focus'))).toBe(true);
});

test('the command palette goes to a page by name, and a new page takes the focus', async () => {
  const page = await openVisit(pages, { address: '/members', as: 'owner' });
  await findInPalette(page, 'Audit');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await heading(page, 'Audit').waitFor();
  await goTo(page, 'Groups');
  await expect.poll(() => heading(page, 'Groups').evaluate((title) => title.matches(':focus'))).toBe(true);
});

test('on a phone the navigation is a drawer that Escape closes', async () => {
  const page = await openVisit(pages, { address: '/members', as: 'owner' });
  await page.setViewportSize({ width: 390, height: 844 });
  await button(page, 'Open the navigation').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('link', { name: 'Groups', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await expect
    .poll(() => button(page, 'Open the navigation').evaluate((opener) => opener.matches(':focus')))
    .toBe(true);
});
