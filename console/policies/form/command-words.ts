import { isTable, type JsonValue } from './json-value.ts';

/**
 * The words a rule begins with on one line: `git push|commit` is "git", then "push" or "commit". A word with a space or a bar stands in
 * double quotes.
 */
export function writeWords(pattern: JsonValue | undefined): string | null {
  if (!Array.isArray(pattern)) return pattern === undefined ? '' : null;
  const words = pattern.map(writeWord);
  return words.some((word) => word === null) ? null : words.join(' ');
}

function writeWord(element: JsonValue): string | null {
  if (!isTable(element)) return null;
  const { token, any_of: anyOf, ...rest } = element;
  if (Object.keys(rest).length > 0) return null;
  if (typeof token === 'string' && anyOf === undefined) return quote(token);
  if (token !== undefined || !Array.isArray(anyOf) || anyOf.length === 0) return null;
  const words = anyOf.map((word) => (typeof word === 'string' ? quote(word) : null));
  if (words.some((word) => word === null)) return null;
  // One alternative alone would be read back as a token.
  return words.length === 1 ? `${words[0]}|` : words.join('|');
}

const quote = (word: string) => (word === '' || /[\s|"]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word);

export type Word = { token: string } | { any_of: string[] };

export function readWords(text: string): Word[] {
  const parts = text.match(/(?:"(?:[^"]|"")*"|[^\s"])+/g) ?? [];
  return parts.map((part) => {
    const pieces = (part.match(/"(?:[^"]|"")*"|[^|"]+|\|/g) ?? []).filter((piece) => piece !== '|');
    const words = pieces.map(unquote);
    return part.includes('|') && (words.length > 1 || part.endsWith('|'))
      ? { any_of: words }
      : { token: words.join('') };
  });
}

const unquote = (piece: string) => (piece.startsWith('"') ? piece.slice(1, -1).replaceAll('""', '"') : piece);
