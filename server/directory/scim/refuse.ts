import { ReeveError } from '#server/fail.ts';

/** RFC 7644 §3.12, table 9. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue';

/** What is wrong with a request, in the words of RFC 7644: answers 400. */
export const refusal = (scimType: ScimType, message: string): ReeveError =>
  new ReeveError('bad-input', { scimType }, { message });

/** Something of that name is there already: answers 409. */
export const notUnique = (message: string): ReeveError =>
  new ReeveError('already-exists', { scimType: 'uniqueness' }, { message });
