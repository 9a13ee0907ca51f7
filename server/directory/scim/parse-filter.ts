import { type Filter, parse } from 'scim2-parse-filter';
import { refusal } from './refuse.ts';

export type { Filter };

const longestFilter = 4000;
const quotedText = /"((?:[^"\\]|\\.)*)"/gs;
/** `emails[type eq "work"].value eq "x"`: the comparison after the bracket is about the same element. */
const valuePath = /([\w:.$-]+)\[([^\]]*)\]\.([\w$-]+)\s+(pr\b|(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+[^\s()\]]+)/gi;

/** RFC 7644 §3.4.2.2: JSON's escapes. `DOMAIN\user`, unescaped, is what some send all the same. */
function readText(literal: string, inside: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return inside;
  }
}

function putBack(filter: Filter, texts: readonly string[]): Filter {
  switch (filter.op) {
    case 'and':
    case 'or':
      return { ...filter, filters: filter.filters.map((part) => putBack(part, texts)) };
    case 'not':
      return { ...filter, filter: putBack(filter.filter, texts) };
    case '[]':
      return { ...filter, valFilter: putBack(filter.valFilter, texts) };
    case 'pr':
      return filter;
    default:
      return typeof filter.compValue === 'string'
        ? { ...filter, compValue: texts[Number(filter.compValue)] ?? '' }
        : filter;
  }
}

/**
 * The filter as a tree. The parser sees numbers in place of texts: it reads escapes in its own way, and a text may look like a filter.
 * @throws ReeveError bad-input (invalidFilter)
 */
export function parseFilter(text: string): Filter {
  if (text.length > longestFilter)
    throw refusal('invalidFilter', `The filter is longer than ${longestFilter} characters.`);
  const texts: string[] = [];
  const numbered = text
    .replace(quotedText, (literal, inside: string) => `"${texts.push(readText(literal, inside)) - 1}"`)
    .replace(valuePath, '$1[($2) and $3 $4]');
  try {
    return putBack(parse(numbered), texts);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it is not complete';
    throw refusal('invalidFilter', `The filter cannot be read: ${reason}.`);
  }
}
