import type { AST } from 'toml-eslint-parser';
import { isTable, type PlainValue, printInline, printKey, printPairs, printValue } from './print-toml.ts';
import { indentOf, insertLinesAfter, lineEnd, lineStart, skipBlank, type TextEdit } from './text-edits.ts';
import type { Part, Place, Section, TomlPlaces } from './toml-places.ts';

type Pair = Extract<Part, { kind: 'pair' }>;

/** As a header names it: without the positions in lists of tables. */
function headerKey({ root }: TomlPlaces, path: readonly string[]): string {
  const names: string[] = [];
  let place: Place | undefined = root;
  for (const name of path) {
    if (!place?.isListOfTables) names.push(name);
    place = place?.children.get(name);
  }
  return printKey(names);
}

/** Where the pairs of a section end. */
const endOfPairs = (section: AST.TOMLTable): number => section.body.at(-1)?.range[1] ?? section.key.range[1];

/** A section of its own, behind the last one about the same table; else at the end. */
function insertSection(places: TomlPlaces, parent: Place, header: string, pairs: string): TextEdit {
  const { text, newline } = places;
  const headers = parent.parts.flatMap((part) => (part.kind === 'header' ? [part.header] : []));
  const last = headers.at(-1);
  const lines = `${header}${newline}${pairs}`;
  if (last && lineEnd(text, endOfPairs(last)) < text.length)
    return insertLinesAfter(text, endOfPairs(last), newline + lines, newline);
  const isBlank = text.slice(places.start).trim() === '';
  const opening = isBlank || /\n\r?\n$/.test(text) ? '' : newline;
  return insertLinesAfter(text, text.length, (isBlank ? '' : opening) + lines, newline);
}

/** Before the first header; behind a comment that opens the document and stands by itself. */
function insertAtTop({ text, newline, start, top }: TomlPlaces, line: string): TextEdit {
  const pairs = top.body.filter((entry): entry is AST.TOMLKeyValue => entry.type === 'TOMLKeyValue');
  const last = pairs.at(-1);
  if (last) return insertLinesAfter(text, last.range[1], indentOf(text, last.range[0]) + line, newline);
  if (top.body.length === 0) return insertLinesAfter(text, text.length, line, newline);
  const opening = /^(?:[ \t]*#[^\n]*\n)+[ \t]*\r?\n/.exec(text.slice(start));
  const place = start + (opening?.[0].length ?? 0);
  return { from: place, to: place, text: line + newline };
}

function insertInSection(places: TomlPlaces, section: Section, line: string): TextEdit {
  if (section.type === 'TOMLTopLevelTable') return insertAtTop(places, line);
  const { text, newline } = places;
  const last = section.body.at(-1);
  const indent = last ? indentOf(text, last.range[0]) : indentOf(text, section.key.range[0] - 1);
  return insertLinesAfter(text, endOfPairs(section), indent + line, newline);
}

function insertInInlineTable({ text }: TomlPlaces, table: AST.TOMLInlineTable, pair: string): TextEdit {
  const last = table.body.at(-1);
  if (last) return { from: last.range[1], to: last.range[1], text: `, ${pair}` };
  const open = table.range[0] + 1;
  const close = skipBlank(text, open);
  const isEmpty = text.slice(open, close).trim() === '';
  return isEmpty ? { from: open, to: close, text: ` ${pair} ` } : { from: open, to: open, text: ` ${pair} ` };
}

/** Behind the last item; on a line of its own where the last one has that. */
export function appendItem({ text, newline }: TomlPlaces, list: AST.TOMLArray, value: PlainValue): TextEdit[] {
  const item = printInline(value);
  const last = list.elements.at(-1);
  if (!last) {
    const open = list.range[0] + 1;
    return [{ from: open, to: open, text: item }];
  }
  const [from, to] = last.range;
  const startsLine = lineStart(text, from) + indentOf(text, from).length === from;
  if (!startsLine) return [{ from: to, to, text: `, ${item}` }];
  const indent = indentOf(text, from);
  const behind = skipBlank(text, to);
  const hasComma = text[behind] === ',';
  const end = hasComma ? behind + 1 : to;
  const rest = /^[ \t]*(#[^\r\n]*)?/.exec(text.slice(end))?.[0] ?? '';
  const isLineOver = /^\r?\n/.test(text.slice(end + rest.length));
  const place = isLineOver ? end + rest.length : end;
  const line = { from: place, to: place, text: `${newline}${indent}${item}${hasComma ? ',' : ''}` };
  if (hasComma) return [line];
  return place === to ? [{ ...line, text: `,${line.text}` }] : [{ from: to, to, text: ',' }, line];
}

/** The last pair whose dotted key reaches through this table: it can only be added to in the same way. */
const dottedThrough = ({ parts }: Place): Pair | undefined =>
  parts.findLast((part): part is Pair => part.kind === 'pair');

/** Sets what is not there yet under the deepest place that is. */
export function insertValue(
  places: TomlPlaces,
  parent: Place,
  names: readonly string[],
  value: PlainValue,
): TextEdit[] {
  const { newline } = places;
  const pair = (prefix: readonly string[]) => `${printKey([...prefix, ...names])} = ${printValue(value, newline)}`;
  if (parent.written?.type === 'TOMLInlineTable') {
    const inline = `${printKey(names)} = ${printInline(value)}`;
    return [insertInInlineTable(places, parent.written, inline)];
  }
  const dotted = parent.header ? undefined : dottedThrough(parent);
  if (dotted) {
    const prefix = parent.path.slice(dotted.depth);
    if (dotted.container.type !== 'TOMLInlineTable')
      return [insertLinesAfter(places.text, dotted.pair.range[1], pair(prefix) + newline, newline)];
    const inline = `${printKey([...prefix, ...names])} = ${printInline(value)}`;
    return [insertInInlineTable(places, dotted.container, inline)];
  }
  if (isTable(value)) {
    const header = `[${headerKey(places, [...parent.path, ...names])}]`;
    return [insertSection(places, parent, header, printPairs(value, newline))];
  }
  const section = parent.header ?? (parent.path.length === 0 ? places.top : null);
  if (section && names.length === 1) return [insertInSection(places, section, pair([]) + newline)];
  const header = `[${headerKey(places, [...parent.path, ...names.slice(0, -1)])}]`;
  const line = `${printKey(names.slice(-1))} = ${printValue(value, newline)}${newline}`;
  return [insertSection(places, parent, header, line)];
}

/** One more table at the end of a list of tables. */
export const appendTable = (places: TomlPlaces, list: Place, value: { readonly [key: string]: PlainValue }): TextEdit =>
  insertSection(places, list, `[[${headerKey(places, list.path)}]]`, printPairs(value, places.newline));
