import { isDeepStrictEqual } from 'node:util';
import type { PolicyDocument } from '#contract/policies.ts';

/** The versioned part of a row, and nothing else of it. */
export const documentOf = ({
  name,
  contents,
  defaults,
  tests,
  contact,
  explainsRules,
}: PolicyDocument): PolicyDocument => ({ name, contents, defaults, tests, contact, explainsRules });

export const isSameDocument = (left: PolicyDocument, right: PolicyDocument): boolean =>
  isDeepStrictEqual(documentOf(left), documentOf(right));

type Changed = Partial<PolicyDocument>;

/** Only what differs, as it was and as it is, for the audit log. */
export function changesBetween(before: PolicyDocument, after: PolicyDocument): { before: Changed; after: Changed } {
  const differs = (key: string) =>
    !isDeepStrictEqual(before[key as keyof PolicyDocument], after[key as keyof PolicyDocument]);
  const pick = (document: PolicyDocument): Changed =>
    Object.fromEntries(Object.entries(documentOf(document)).filter(([key]) => differs(key)));
  return { before: pick(before), after: pick(after) };
}
