import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Span, TomlNode } from '#server/policies/index.ts';

export type JsonReading =
  | { root: TomlNode; problem: null }
  | { root: null; problem: { from: number; to: number; message: string } };

const words = (code: number): string =>
  printParseErrorCode(code as never)
    .replaceAll(/(?<!^)([A-Z])/g, ' $1')
    .toLowerCase();

function treeOf(node: Node, key: Span, spanOf: (node: Node) => Span, text: string): TomlNode {
  const children = new Map<string, TomlNode>();
  const span = spanOf(node);
  const range = [node.offset, node.offset + node.length] as const;
  const written = text.slice(...range);
  if (node.type === 'object') {
    const value: Record<string, unknown> = {};
    for (const { children: pair = [] } of node.children ?? []) {
      const [name, inner] = pair;
      if (!name || !inner) continue;
      const child = treeOf(inner, spanOf(name), spanOf, text);
      children.set(String(name.value), child);
      Object.defineProperty(value, String(name.value), { value: child.value, enumerable: true, configurable: true });
    }
    return { value, found: 'a table', key, span, range, children };
  }
  if (node.type === 'array') {
    for (const [index, item] of (node.children ?? []).entries())
      children.set(String(index), treeOf(item, spanOf(item), spanOf, text));
    return { value: [...children.values()].map(({ value }) => value), found: 'a list', key, span, range, children };
  }
  const found = written.length > 40 ? `${[...written].slice(0, 37).join('')}…` : written;
  return { value: node.value, found, key, span, range, children };
}

/** Deeper than anything a client reads: its own reader stops at 128. Readers here call themselves, once for each level. */
const deepest = 100;

/** Where the first list or table stands that is too deep; null: none is. */
function tooDeepAt(text: string): number | null {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const from = scanner.getTokenOffset();
    const token = text.slice(from, from + scanner.getTokenLength());
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (depth > deepest) return from;
  }
  return null;
}

/** JSON as the same tree as TOML, so that both are checked by one description. Never throws. */
export function readJson(text: string, spanOf: (from: number, to: number) => Span): JsonReading {
  const deep = tooDeepAt(text);
  if (deep !== null)
    return {
      root: null,
      problem: { from: deep, to: deep + 1, message: `lists and tables stand more than ${deepest} deep in each other` },
    };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  if (error) {
    const { offset, length } = error;
    return { root: null, problem: { from: offset, to: offset + length, message: words(error.error) } };
  }
  if (!root) return { root: null, problem: { from: 0, to: 0, message: 'it is empty' } };
  const ofNode = ({ offset, length }: Node) => spanOf(offset, offset + length);
  return { root: treeOf(root, ofNode(root), ofNode, text), problem: null };
}
