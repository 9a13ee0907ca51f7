import { beforeEach, expect, test } from 'vitest';
import { believed, forgetAccess, forgetOne } from './believed-access.ts';

const now = new Date();
const ada = { repositoryId: 'rep_1', accountId: '7' };
const bob = { repositoryId: 'rep_1', accountId: '77' };
const elsewhere = { repositoryId: 'rep_10', accountId: '7' };
const knownOf = (of: typeof ada) => believed.begin(of, now).known;

beforeEach(() => {
  forgetAccess({});
  for (const one of [ada, bob, elsewhere]) believed.begin(one, now).believe('write');
});

test('what was believed of repositories is forgotten, and of no other', () => {
  forgetAccess({ repositoryIds: new Set(['rep_1', 'rep_2']) });
  expect([ada, bob, elsewhere].map(knownOf)).toEqual([null, null, 'write']);
});

test('what was believed of an account is forgotten, and of no other', () => {
  forgetAccess({ accountId: '7' });
  expect([ada, bob, elsewhere].map(knownOf)).toEqual([null, 'write', null]);
});

test('a refusal of one account leaves what is just found out about another', () => {
  forgetOne(ada);
  const asked = believed.begin(ada, now);
  forgetOne(bob);
  asked.believe('read');
  expect([ada, bob, elsewhere].map(knownOf)).toEqual(['read', null, 'write']);
});

test('what was on its way when something changed is not believed', () => {
  forgetOne(ada);
  const asked = believed.begin(ada, now);
  forgetAccess({ repositoryIds: new Set(['rep_2']) });
  asked.believe('read');
  expect(knownOf(ada)).toBeNull();
});
