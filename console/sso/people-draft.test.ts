import { expect, test } from 'vitest';
import { asRule, type PeopleDraft, peopleProblems } from './people-draft.ts';

const draft: PeopleDraft = { domainIds: [], who: 'nobody', joiningGroups: [], mappings: [] };
const mapping = (value: string, groupId: string) => ({ key: `${value}-${groupId}`, value, groupId });

test('a rule by groups needs a group', () => {
  expect(peopleProblems({ ...draft, who: 'groups' })).toEqual({ joiningGroups: 'Write at least one group.' });
  expect(peopleProblems({ ...draft, who: 'groups', joiningGroups: ['eng'] })).toEqual({});
});

test('groups typed before another rule was chosen are not sent', () => {
  expect(asRule({ ...draft, who: 'verified-domains', joiningGroups: ['eng'] })).toEqual({ who: 'verified-domains' });
  expect(asRule({ ...draft, who: 'groups', joiningGroups: ['eng'] })).toEqual({ who: 'groups', groups: ['eng'] });
});

test('half a mapping and a repeated one are told at their field', () => {
  const mappings = [mapping('eng', 'g1'), mapping(' eng ', 'g1'), mapping('', 'g2'), mapping('ops', '')];
  expect(peopleProblems({ ...draft, mappings })).toEqual({
    'mappings.1.value': 'This pair is there already.',
    'mappings.2.value': 'Write the name or id of the group there.',
    'mappings.3.groupId': 'Choose a group.',
  });
});

test('one group there may lead to two here', () => {
  expect(peopleProblems({ ...draft, mappings: [mapping('eng', 'g1'), mapping('eng', 'g2')] })).toEqual({});
});
