import type { Policy, PolicyDocument } from '#contract/policies.ts';

/** What is being written and not yet saved: it outlives reloads and an expired sign-in. */
export interface KeptDraft {
  document: PolicyDocument;
  /** What was edited; another state of the server means that somebody saved or published meanwhile. */
  draftVersion: number | null;
  revision: number;
}

export const blankDocument: PolicyDocument = {
  name: '',
  contents: '',
  defaults: '',
  tests: [],
  contact: '',
  explainsRules: false,
};

const parts = ['name', 'contents', 'defaults', 'tests', 'contact', 'explainsRules'] as const;

/** The versioned part of a draft or version, and nothing else of it. */
export const documentOf = (from: PolicyDocument): PolicyDocument => ({
  name: from.name,
  contents: from.contents,
  defaults: from.defaults,
  tests: from.tests,
  contact: from.contact,
  explainsRules: from.explainsRules,
});

/** What the server has: the draft, or what is published where there is none. */
export const savedDraft = ({ draft, published, revision, name }: Policy): KeptDraft => ({
  document: documentOf(draft ?? published ?? { ...blankDocument, name }),
  draftVersion: draft?.version ?? null,
  revision,
});

/** The parts in which `after` differs. */
export function changesOf(before: PolicyDocument, after: PolicyDocument): Partial<PolicyDocument> {
  const differs = (part: (typeof parts)[number]) => JSON.stringify(before[part]) !== JSON.stringify(after[part]);
  return Object.fromEntries(parts.filter(differs).map((part) => [part, after[part]]));
}

export const isSameDocument = (left: PolicyDocument, right: PolicyDocument): boolean =>
  Object.keys(changesOf(left, right)).length === 0;

/** Whether somebody else saved or published since this was begun. */
export const isBehind = (kept: KeptDraft, saved: KeptDraft): boolean =>
  kept.draftVersion !== saved.draftVersion || kept.revision !== saved.revision;
