import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { createOwnerLink } from '#server/directory/index.ts';
import { openBrowser, type Profile, type TestBrowser } from '#testing/browser.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

export interface OpenReeve {
  reeve: TestReeve;
  browser: TestBrowser;
  ownerLink: string;
  close(): Promise<void>;
}

/** The real server that nobody has set up yet, with a browser before it. */
export async function openReeve(): Promise<OpenReeve> {
  const reeve = await startTestReeve();
  const browser = await openBrowser(reeve);
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  return {
    reeve,
    browser,
    ownerLink: url,
    async close() {
      try {
        await browser.close();
      } finally {
        await reeve.close();
      }
    },
  };
}

/** A browser profile for one test; what it showed last is kept under test-results when the test fails. */
export async function openPage(browser: TestBrowser, profile?: Profile): Promise<Page> {
  const page = await browser.openPage(profile);
  onTestFinished(async ({ task }) => {
    const name = task.name.replace(/\W+/g, '-').slice(0, 80);
    if (task.result?.state === 'fail') await page.screenshot({ path: `test-results/e2e/${name}-${Date.now()}.png` });
    await page.context().close();
  });
  return page;
}
