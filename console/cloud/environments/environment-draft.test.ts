import { expect, test } from 'vitest';
import {
  blankDraft,
  changedFields,
  type EnvironmentDraft,
  problemsOf,
  tabOf,
  withoutEmptyRows,
} from './environment-draft.ts';

const good: EnvironmentDraft = { ...blankDraft, label: 'Shop', repositoryIds: ['repo_1'] };

test('a name and a repository are enough; both are asked for in words', () => {
  expect(problemsOf(good)).toEqual({});
  expect(problemsOf(blankDraft)).toEqual({
    label: 'Give the environment a name, for example “Web shop”.',
    repositoryIds: 'Choose the repository that tasks work on.',
  });
});

test('a recipe that the runner would refuse is refused in the form, with what to do instead', () => {
  const recipe = (containerfile: string) => problemsOf({ ...good, image: { kind: 'recipe', containerfile } }).image;
  expect(recipe('FROM debian\nRUN true\n')).toBeUndefined();
  expect(recipe('FROM debian\nADD https://example.com/x /x\n')).toMatch(/no ADD.*set-up script/);
});

test('rows that nobody filled in are neither wrong nor sent', () => {
  const draft = {
    ...good,
    variables: [
      { name: 'CI', value: '1' },
      { name: '', value: '' },
    ],
  };
  expect(problemsOf(draft)).toEqual({});
  expect(withoutEmptyRows(draft).variables).toEqual([{ name: 'CI', value: '1' }]);
});

test.each([
  [
    {
      variables: [
        { name: '', value: '' },
        { name: '2nd', value: 'x' },
      ],
    },
    'variables',
    '2nd: Is no name of an environment variable.',
  ],
  [{ variables: [{ name: '', value: 'x' }] }, 'variables', 'A value has no name.'],
  [
    {
      variables: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    },
    'variables',
    'Each name may be there once.',
  ],
  [
    { image: { kind: 'image', reference: ' ' } },
    'image',
    'Write the name of an image, for example docker.io/library/node:24.',
  ],
  [{ image: { kind: 'recipe', containerfile: '' } }, 'image', 'Write the recipe; it begins with FROM.'],
  [{ sharing: 'groups' }, 'groupIds', 'Choose at least one group, or share with nobody.'],
] as [Partial<EnvironmentDraft>, keyof EnvironmentDraft, string][])('%o: %s', (more, field, sentence) => {
  expect(problemsOf({ ...good, ...more })).toEqual({ [field]: sentence });
});

test('what changed is told by field, and each field is on a tab', () => {
  expect(changedFields({ ...good, label: 'Web', isCacheOn: false }, good)).toEqual(['label', 'isCacheOn']);
  expect(['label', 'variables', 'internet', 'cacheHours', 'groupIds'].map((field) => tabOf(field as 'label'))).toEqual([
    'set-up',
    'secrets',
    'internet',
    'machine',
    'sharing',
  ]);
});
