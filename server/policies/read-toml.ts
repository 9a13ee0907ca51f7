import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';

export interface Point {
  /** 1-based. */
  line: number;
  /** 1-based, in UTF-16 units as an editor counts them. */
  column: number;
}

export interface Span {
  from: Point;
  /** Just behind the last character. */
  to: Point;
}

/** A value, where it stands, and where the key that names it stands. */
export interface TomlNode {
  value: unknown;
  /** What the document says, for messages: `"text"`, `3`, `a list`. */
  found: string;
  key: Span;
  span: Span;
  /** Offsets in the document; null for a table that headers build up in several places. */
  range: readonly [number, number] | null;
  children: Map<string, TomlNode>;
}

export type TomlReading = { root: TomlNode; problem: null } | { root: null; problem: Span & { message: string } };

type SourceLocation = AST.TOMLNode['loc'];

const pointOf = (position: SourceLocation['start']): Point => ({ line: position.line, column: position.column + 1 });
const spanOf = (location: SourceLocation): Span => ({ from: pointOf(location.start), to: pointOf(location.end) });

const startOfDocument: Span = { from: { line: 1, column: 1 }, to: { line: 1, column: 1 } };

function newTable(key: Span): TomlNode {
  return { value: {}, found: 'a table', key, span: key, range: null, children: new Map() };
}

function childNames(node: TomlNode): string {
  return String(node.children.size);
}

/** Sets a child and the same entry of the plain value. `defineProperty` keeps a key called `__proto__` an ordinary key. */
function setChild(parent: TomlNode, name: string, child: TomlNode): void {
  parent.children.set(name, child);
  Object.defineProperty(parent.value, name, {
    value: child.value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function addItem(parent: TomlNode, child: TomlNode): void {
  const name = childNames(parent);
  parent.children.set(name, child);
  if (Array.isArray(parent.value)) parent.value.push(child.value);
}

const nameOf = (key: AST.TOMLBare | AST.TOMLQuoted): string => (key.type === 'TOMLBare' ? key.name : key.value);

function readScalar(node: AST.TOMLValue, source: string): unknown {
  // No key takes a float or a date; the client refuses both even where the value would fit (8080.0), and NaN matches no type.
  if (node.kind === 'float' || node.kind.includes('date') || node.kind.includes('time')) return Number.NaN;
  if (node.kind === 'integer') return Number(node.bigint);
  return source === '' ? null : node.value;
}

function readContent(node: AST.TOMLContentNode, key: Span, source: string): TomlNode {
  const place = { key, span: spanOf(node.loc), range: node.range, children: new Map<string, TomlNode>() };
  if (node.type === 'TOMLValue') {
    const written = source.slice(...node.range);
    const found = written.length > 40 || written.includes('\n') ? `${[...written].slice(0, 37).join('')}…` : written;
    return { ...place, value: readScalar(node, source), found };
  }
  if (node.type === 'TOMLArray') {
    const list: TomlNode = { ...place, value: [], found: 'a list' };
    for (const element of node.elements) addItem(list, readContent(element, spanOf(element.loc), source));
    return list;
  }
  const inline: TomlNode = { ...place, value: {}, found: 'a table' };
  for (const pair of node.body) addPair(inline, pair, source);
  return inline;
}

function addPair(table: TomlNode, pair: AST.TOMLKeyValue, source: string): void {
  const names = pair.key.keys;
  let parent = table;
  for (const key of names.slice(0, -1)) parent = tableAt(parent, nameOf(key), spanOf(key.loc));
  const last = names.at(-1);
  if (last) setChild(parent, nameOf(last), readContent(pair.value, spanOf(last.loc), source));
}

function tableAt(parent: TomlNode, name: string, key: Span): TomlNode {
  const existing = parent.children.get(name);
  if (existing) return existing;
  const created = newTable(key);
  setChild(parent, name, created);
  return created;
}

/** Walks to the table a header names; an index in the resolved key opens the list of tables and its new element. */
function tableOfHeader(root: TomlNode, header: AST.TOMLTable): TomlNode {
  const spans = header.key.keys.map((key) => spanOf(key.loc));
  let node = root;
  let depth = 0;
  for (const part of header.resolvedKey) {
    if (typeof part === 'string') {
      node = tableAt(node, part, spans[depth] ?? startOfDocument);
      depth += 1;
      continue;
    }
    if (!Array.isArray(node.value)) becomeList(root, node, header.resolvedKey);
    const existing = node.children.get(String(part));
    if (existing) node = existing;
    else {
      const created = newTable(spans[depth - 1] ?? startOfDocument);
      addItem(node, created);
      node = created;
    }
  }
  node.span = spanOf(header.key.loc);
  return node;
}

function becomeList(root: TomlNode, node: TomlNode, path: readonly (string | number)[]): void {
  node.value = [];
  node.found = 'a list';
  let parent = root;
  for (const part of path) {
    const child = parent.children.get(String(part));
    if (child === node) setChildValue(parent, String(part), node.value);
    if (!child || child === node) return;
    parent = child;
  }
}

function setChildValue(parent: TomlNode, name: string, value: unknown): void {
  if (Array.isArray(parent.value)) parent.value[Number(name)] = value;
  else Object.defineProperty(parent.value, name, { value, enumerable: true, configurable: true, writable: true });
}

const I64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** Numbers the client's own TOML reader refuses and the parser here lets pass. */
function findRefusedNumber(node: AST.TOMLNode): (Span & { message: string }) | null {
  if (node.type === 'TOMLValue') {
    if (node.kind === 'integer' && (node.bigint < I64.min || node.bigint > I64.max)) {
      return { ...spanOf(node.loc), message: 'a number larger than 64 bits' };
    }
    const isWrittenInfinite = node.kind === 'float' && !Number.isFinite(node.value) && /\d/.test(node.number);
    return isWrittenInfinite ? { ...spanOf(node.loc), message: 'a number larger than 64 bits' } : null;
  }
  for (const child of childrenOf(node)) {
    const found = findRefusedNumber(child);
    if (found) return found;
  }
  return null;
}

function childrenOf(node: AST.TOMLNode): readonly AST.TOMLNode[] {
  if (node.type === 'TOMLArray') return node.elements;
  if (node.type === 'TOMLKeyValue') return [node.value];
  return 'body' in node ? node.body : [];
}

/** Reads TOML 1.1, as the clients do, into plain values that know where they stand. Never throws. */
export function readToml(document: string): TomlReading {
  // The clients skip a byte order mark; a space in its place keeps every position.
  const source = document.replace(/^\uFEFF/, ' ');
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(source, { tomlVersion: '1.1' });
  } catch (error) {
    if (error instanceof RangeError)
      return { root: null, problem: { ...startOfDocument, message: 'too deeply nested' } };
    if (!(error instanceof ParseError)) throw error;
    const from = { line: error.lineNumber, column: error.column + 1 };
    const to = { line: error.lineNumber, column: error.column + 2 };
    return { root: null, problem: { from, to, message: error.message } };
  }
  const top = program.body[0];
  const refused = findRefusedNumber(top);
  if (refused) return { root: null, problem: refused };
  const root = newTable(startOfDocument);
  for (const entry of top.body) {
    if (entry.type === 'TOMLKeyValue') addPair(root, entry, source);
    else {
      const table = tableOfHeader(root, entry);
      for (const pair of entry.body) addPair(table, pair, source);
    }
  }
  return { root, problem: null };
}

/** The node at a path of names, or null. */
export function nodeAt(root: TomlNode, path: readonly string[]): TomlNode | null {
  let node: TomlNode | undefined = root;
  for (const name of path) node = node?.children.get(name);
  return node ?? null;
}
