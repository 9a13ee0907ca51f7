import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '#console/paths.ts';
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

/** What is wrong for people who cannot see well or use no mouse, in words; minor findings are left out. */
async function findBarriers(page: Page, theme: Theme): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  // Only colours depend on the theme.
  if (theme === 'dark') axe.withRules(['color-contrast']);
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** In the page: what reaches beyond the right edge, when the page scrolls sideways. */
const findWide = `(() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const isWide = (element) => element.getBoundingClientRect().right > clientWidth + 1;
  const wide = [...document.querySelectorAll('body *')].filter(isWide);
  return [scrollWidth + ' px on ' + clientWidth, ...wide.map(({ outerHTML }) => outerHTML.slice(0, 120))];
})()`;

type Theme = 'light' | 'dark';
const looks = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 1280 },
  { theme: 'dark', width: 390 },
  { theme: 'light', width: 390 },
] as const;

test.each(Object.keys(paths) as (keyof typeof paths)[])(
  '%s is for everyone, in both themes and on a phone',
  async (name) => {
    const found: string[] = [];
    for (const visit of visits[name]) {
      const page = await openVisit(pages, visit);
      for (const { theme, width } of looks) {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize({ width, height: 900 });
        const faults = [...(await page.evaluate<string[]>(findWide)), ...(await findBarriers(page, theme))];
        found.push(...faults.map((fault) => `${visit.address} ${theme} ${width}: ${fault}`));
      }
    }
    expect(found.join('\n')).toBe('');
    expect(example.browser.complaints.splice(0)).toEqual([]);
  },
);
