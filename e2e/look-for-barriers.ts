import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

type Theme = 'light' | 'dark';
const looks = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 1280 },
  { theme: 'dark', width: 390 },
  { theme: 'light', width: 390 },
] as const;

/** What is wrong for people who cannot see well or use no mouse, in words; minor findings are left out. */
async function findBarriers(page: Page, theme: Theme): Promise<string[]> {
  // What is right is not told one by one: a third of the time.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
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

/** In the page: notes from now on what fades, although less motion is asked for. */
const watchFading = `(() => {
  if (window.fading) return;
  window.fading = [];
  const note = ({ propertyName, target }) => window.fading.push(propertyName + ' fades: ' + target.outerHTML.slice(0, 120));
  document.addEventListener('transitionrun', note, true);
})()`;
const takeFading = 'window.fading.splice(0)';

/** In both themes, wide and on a phone. @returns faults in words; none for a good page */
export async function lookForBarriers(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.evaluate(watchFading);
  for (const { theme, width } of looks) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    const faults = [...(await page.evaluate<string[]>(findWide)), ...(await findBarriers(page, theme))];
    faults.push(...(await page.evaluate<string[]>(takeFading)));
    found.push(...faults.map((fault) => `${theme} ${width}: ${fault}`));
  }
  return found;
}
