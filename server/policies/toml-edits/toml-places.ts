import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { ReeveError } from '#server/fail.ts';

export type Section = AST.TOMLTopLevelTable | AST.TOMLTable;

/** What writes a value, or leads to it. `depth` of a pair: how deep the table is that it stands in. */
export type Part =
  | { kind: 'header'; header: AST.TOMLTable }
  | { kind: 'pair'; pair: AST.TOMLKeyValue; container: Section | AST.TOMLInlineTable; depth: number }
  | { kind: 'item'; list: AST.TOMLArray; index: number };

/** A value and everything that writes it, wherever in the document. */
export interface Place {
  path: readonly string[];
  /** The value as one stretch of text; null for tables and lists that headers and dotted keys build up. */
  written: AST.TOMLContentNode | null;
  /** The header that opens exactly this table. */
  header: AST.TOMLTable | null;
  isListOfTables: boolean;
  /** What names it, in the order of the document; what stands in it under a header is with its children. */
  parts: Part[];
  children: Map<string, Place>;
}

export interface TomlPlaces {
  text: string;
  newline: string;
  /** Offset of the first character: behind a byte order mark. */
  start: number;
  top: AST.TOMLTopLevelTable;
  root: Place;
}

const placeAt = (path: readonly string[]): Place => ({
  path,
  written: null,
  header: null,
  isListOfTables: false,
  parts: [],
  children: new Map(),
});

function childAt(parent: Place, name: string): Place {
  const existing = parent.children.get(name);
  if (existing) return existing;
  const created = placeAt([...parent.path, name]);
  parent.children.set(name, created);
  return created;
}

/** Down to a path, making what is missing and noting the part at each step. */
function descend(from: Place, names: readonly string[], part: Part): Place {
  let place = from;
  for (const name of names) {
    place = childAt(place, name);
    place.parts.push(part);
  }
  return place;
}

const nameOf = (key: AST.TOMLBare | AST.TOMLQuoted): string => (key.type === 'TOMLBare' ? key.name : key.value);

function addWritten(place: Place, content: AST.TOMLContentNode): void {
  place.written = content;
  if (content.type === 'TOMLInlineTable') for (const pair of content.body) addPair(place, pair, content);
  if (content.type !== 'TOMLArray') return;
  for (const [index, item] of content.elements.entries())
    addWritten(descend(place, [String(index)], { kind: 'item', list: content, index }), item);
}

function addPair(table: Place, pair: AST.TOMLKeyValue, container: Section | AST.TOMLInlineTable): void {
  const names = pair.key.keys.map(nameOf);
  addWritten(descend(table, names, { kind: 'pair', pair, container, depth: table.path.length }), pair.value);
}

function addSection(root: Place, header: AST.TOMLTable): void {
  const part: Part = { kind: 'header', header };
  let place = root;
  for (const name of header.resolvedKey) {
    if (typeof name === 'number') place.isListOfTables = true;
    place = descend(place, [String(name)], part);
  }
  place.header = header;
  for (const pair of header.body) addPair(place, pair, header);
}

/** @throws ReeveError bad-input, where it is not TOML */
export function readPlaces(text: string): TomlPlaces {
  const hasMark = text.startsWith('\uFEFF');
  try {
    // The parser says that a 0 at the very end of a document is nowhere, so there is always something behind.
    const [top] = parseTOML(`${hasMark ? ` ${text.slice(1)}` : text} \n`, { tomlVersion: '1.1' }).body;
    const root = placeAt([]);
    for (const entry of top.body) {
      if (entry.type === 'TOMLTable') addSection(root, entry);
      else addPair(root, entry, top);
    }
    return { text, newline: /\r\n|\n/.exec(text)?.[0] ?? '\n', start: hasMark ? 1 : 0, top, root };
  } catch (cause) {
    if (!(cause instanceof ParseError) && !(cause instanceof RangeError)) throw cause;
    const where = cause instanceof ParseError ? `line ${cause.lineNumber}: ` : '';
    throw new ReeveError('bad-input', { issue: `The document is not TOML. ${where}${cause.message}` }, { cause });
  }
}

export function findPlace(root: Place, path: readonly string[]): Place | null {
  let place: Place | undefined = root;
  for (const name of path) place = place?.children.get(name);
  return place ?? null;
}

/** A value that JSON cannot say: a date, or a number outside of what it holds. Equal to nothing but itself. */
class OpaqueValue {
  readonly written: string;
  constructor(written: string) {
    this.written = written;
  }
}

const opaque = (node: AST.TOMLValue, text: string) => new OpaqueValue(text.slice(...node.range));

function plainContent(node: AST.TOMLContentNode, place: Place, text: string): unknown {
  if (node.type === 'TOMLArray') return [...place.children.values()].map((item) => plainValueAt(item, text));
  if (node.type === 'TOMLInlineTable') return tableOf(place, text);
  if (node.kind === 'integer') {
    const value = Number(node.bigint);
    return Number.isSafeInteger(value) ? value : opaque(node, text);
  }
  if (node.kind === 'float') return Number.isFinite(node.value) ? node.value : opaque(node, text);
  return node.kind === 'string' || node.kind === 'boolean' ? node.value : opaque(node, text);
}

const tableOf = (place: Place, text: string): unknown =>
  Object.fromEntries([...place.children].map(([name, child]) => [name, plainValueAt(child, text)]));

/** The plain value at a place. */
export function plainValueAt(place: Place, text: string): unknown {
  if (place.written) return plainContent(place.written, place, text);
  if (place.isListOfTables) return [...place.children.values()].map((item) => plainValueAt(item, text));
  return tableOf(place, text);
}
