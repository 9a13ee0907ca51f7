import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '#console/paths.ts';
import { everyPage, openEveryone, openVisit, type Visit, type Who } from './every-page.ts';
import { type ExampleOrganisation, fillOrganisation, openExampleOrganisation } from './example-organisation.ts';
import { lookForBarriers } from './look-for-barriers.ts';

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

test.each(Object.keys(paths) as (keyof typeof paths)[])(
  '%s is for everyone, in both themes and on a phone',
  async (name) => {
    const found: string[] = [];
    for (const visit of visits[name]) {
      const page = await openVisit(pages, visit);
      const faults = await lookForBarriers(page);
      found.push(...faults.map((fault) => `${visit.address} ${fault}`));
    }
    expect(found, found.join('\n')).toEqual([]);
    expect(example.browser.complaints.splice(0)).toEqual([]);
  },
);
