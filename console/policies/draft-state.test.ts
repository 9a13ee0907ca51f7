import { expect, test } from 'vitest';
import type { Policy } from '#contract/policies.ts';
import { blankDocument, changesOf, isBehind, isSameDocument, savedDraft } from './draft-state.ts';

const published = { ...blankDocument, name: 'Engineers', contents: 'a = 1\n' };
const draft = { ...published, contents: 'a = 2\n', version: 3, basedOn: 1, updatedAt: '', updatedBy: '' };
const policy = { name: 'Engineers', revision: 1, published, draft } as unknown as Policy;

test('the draft is what is edited, and what is published where there is none', () => {
  expect(savedDraft(policy)).toEqual({
    document: { ...published, contents: 'a = 2\n' },
    draftVersion: 3,
    revision: 1,
  });
  expect(savedDraft({ ...policy, draft: null })).toMatchObject({ document: published, draftVersion: null });
});

test('only what differs is sent', () => {
  const test = { kind: 'command', groupId: null, command: 'git push', expect: 'prompt' } as const;
  expect(changesOf(published, { ...published, tests: [test], contact: '#help' })).toEqual({
    tests: [test],
    contact: '#help',
  });
  expect(isSameDocument(published, { ...published, tests: [] })).toBe(true);
});

test('a save and a publication of somebody else are both noticed', () => {
  const kept = savedDraft(policy);
  expect(isBehind(kept, kept)).toBe(false);
  expect(isBehind(kept, { ...kept, draftVersion: 4 })).toBe(true);
  expect(isBehind({ ...kept, draftVersion: null }, { ...kept, draftVersion: null, revision: 2 })).toBe(true);
});
