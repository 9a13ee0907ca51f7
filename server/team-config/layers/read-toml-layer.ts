import { parse } from 'smol-toml';
import { readToml, type TomlNode } from '#server/policies/index.ts';
import { type Refusal, setKey, type Values } from './config-layer.ts';

/** Fractions and dates are no values of a policy, so the reader of policies leaves only their text. */
function oddValue(found: string): unknown {
  const written = found.replaceAll('_', '');
  const number = Number(written.replace(/^([+-]?)inf$/, '$1Infinity'));
  return Number.isNaN(number) && !written.endsWith('nan') ? found : number;
}

/** Text in several lines keeps its line ends in the client; the reader of policies makes all alike. */
function textOf(value: string, node: TomlNode, document: string): string {
  const written = node.range === null ? '' : document.slice(...node.range);
  return /^("{3}|'{3})/.test(written) && written.includes('\r\n') ? String(parse(`value = ${written}`).value) : value;
}

function plainOf(node: TomlNode, document: string): unknown {
  if (Array.isArray(node.value)) return [...node.children.values()].map((item) => plainOf(item, document));
  if (Number.isNaN(node.value)) return oddValue(node.found);
  if (typeof node.value === 'string') return textOf(node.value, node, document);
  if (node.value === null || typeof node.value !== 'object') return node.value;
  const table: Record<string, unknown> = {};
  for (const [key, child] of node.children) setKey(table, key, plainOf(child, document));
  return table;
}

export interface TomlFile {
  values: Values;
  lineOf(path: readonly string[]): number;
}

/** What a line lacks at its end is missing there and not at the beginning of the next one. */
function whereItEnds(text: string, { from, message }: { from: Point; message: string }): Point {
  const before = text.split('\n')[from.line - 2];
  const isLacking = from.column === 1 && /^(Unspecified|Unterminated|Expected equal)/.test(message);
  return isLacking && before !== undefined
    ? { line: from.line - 1, column: before.replace(/\r$/, '').length + 1 }
    : from;
}

interface Point {
  line: number;
  column: number;
}

const nothing: TomlFile = { values: {}, lineOf: () => 1 };

/** A document with the line of every key. @returns a refusal where the text is not TOML */
export function readTomlFile(text: string, file: string | null): { content: TomlFile; refusal: Refusal | null } {
  const { root, problem } = readToml(text);
  if (!root) {
    const { line, column } = whereItEnds(text, problem);
    const message = `${file ?? 'the document'}:${line}:${column}: ${problem.message}`;
    return { content: nothing, refusal: { message, file, line } };
  }
  const lineOf = (path: readonly string[]): number => {
    let node = root;
    for (const name of path) {
      const child = node.children.get(name);
      if (!child) break;
      node = child;
    }
    return node.key.from.line;
  };
  return { content: { values: plainOf(root, text) as Values, lineOf }, refusal: null };
}
