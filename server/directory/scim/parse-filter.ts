import { type Filter, parse } from 'scim2-parse-filter';
import { refusal } from './refuse.ts';

export type { Filter };

const longestFilter = 4000;
const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
/** A text, or `emails[type eq "work"].value eq "x"`: the comparison after the bracket is about the same element. */
const textOrValuePath = new RegExp(
  String.raw`${quoted}|([\w:.$-]+)\[((?:[^\]"]|${quoted})*)\]\.([\w$-]+)\s+(pr\b|(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+(?:${quoted}|[^\s()\]]+))`,
  'gi',
);

/** @throws ReeveError bad-input (invalidFilter) */
export function parseFilter(text: string): Filter {
  if (text.length > longestFilter)
    throw refusal('invalidFilter', `The filter is longer than ${longestFilter} characters.`);
  const inOneBracket = text.replace(
    textOrValuePath,
    (whole, attribute?: string, inner?: string, sub?: string, comparison?: string) =>
      attribute === undefined ? whole : `${attribute}[(${inner}) and ${sub} ${comparison}]`,
  );
  try {
    return parse(inOneBracket);
  } catch (cause) {
    throw refusal(
      'invalidFilter',
      `The filter cannot be read: ${cause instanceof Error ? cause.message : 'it is not complete'}.`,
    );
  }
}
