import type { AST } from 'toml-eslint-parser';
import { indentOf, lineEnd, lineStart, skipBlank, type TextEdit, wholeLines } from './text-edits.ts';
import type { Part, Place, TomlPlaces } from './toml-places.ts';

interface Neighbours {
  /** The stretch of the one that goes. */
  range: readonly [number, number];
  /** End of the one before it; null: it is the first. */
  before: number | null;
  /** Lists may end with a comma, and inline tables only for the newest clients. */
  mayEndWithComma: boolean;
}

/** Takes one of several between brackets out, with its comma and, where it has lines to itself, with these. */
function removeListed(text: string, { range: [from, to], before, mayEndWithComma }: Neighbours): TextEdit[] {
  const behind = skipBlank(text, to);
  const hasComma = text[behind] === ',';
  // A comment before the comma stays, so that the two go by themselves.
  if (hasComma && text.slice(to, behind).includes('#'))
    return [
      { from, to, text: '' },
      { from: behind, to: behind + 1, text: '' },
    ];
  const end = hasComma ? behind + 1 : to;
  const startsLine = indentOf(text, from).length === from - lineStart(text, from);
  const rest = /^[ \t]*(#[^\n]*)?\r?\n/.exec(text.slice(end));
  const isAlone = startsLine && rest !== null;
  const own: TextEdit = isAlone
    ? { from: lineStart(text, from), to: lineEnd(text, end), text: '' }
    : { from, to: end + (/^[ \t]*/.exec(hasComma ? text.slice(end) : '')?.[0].length ?? 0), text: '' };
  if (hasComma || before === null) return [own];
  const comma = skipBlank(text, before);
  const isOneLine = !text.slice(before, from).includes('\n');
  if (isOneLine) return [{ from: comma, to: own.to, text: '' }];
  return mayEndWithComma ? [own] : [{ from: comma, to: comma + 1, text: '' }, own];
}

function removePart({ text }: TomlPlaces, part: Part): TextEdit[] {
  if (part.kind === 'header') {
    const { range } = part.header.key;
    return [wholeLines(text, range)];
  }
  if (part.kind === 'item') {
    const { elements } = part.list;
    const { range } = elements[part.index] as AST.TOMLContentNode;
    return removeListed(text, {
      range,
      before: elements[part.index - 1]?.range[1] ?? null,
      mayEndWithComma: true,
    });
  }
  const { pair, container } = part;
  if (container.type !== 'TOMLInlineTable') return [wholeLines(text, pair.range)];
  const before = container.body[container.body.indexOf(pair) - 1]?.range[1] ?? null;
  return removeListed(text, { range: pair.range, before, mayEndWithComma: false });
}

/** Everything that writes a place: what is written in one stretch holds the rest. */
function partsUnder({ parts, children, written }: Place): Set<Part> {
  const inside = written ? [] : [...children.values()].flatMap((child) => [...partsUnder(child)]);
  return new Set([...parts, ...inside]);
}

const isBetweenBrackets = (part: Part): boolean =>
  part.kind === 'item' || (part.kind === 'pair' && part.container.type === 'TOMLInlineTable');

/**
 * Takes a value out. Between brackets one part goes at a time, because commas are shared: call it again while the place is there.
 * Comments stay, but those on the lines that go.
 */
export function removePlace(places: TomlPlaces, place: Place): TextEdit[] {
  const shared = place.parts.find(isBetweenBrackets);
  const parts = shared ? [shared] : [...partsUnder(place)];
  const { start } = places;
  return parts
    .flatMap((part) => removePart(places, part))
    .map((edit) => ({ ...edit, from: Math.max(edit.from, start) }));
}
