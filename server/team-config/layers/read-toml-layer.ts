import { readToml, type TomlNode } from '#server/policies/index.ts';
import { type Refusal, setKey, type Values } from './config-layer.ts';

/** Fractions and dates are no values of a policy, so the reader of policies leaves only their text. */
function oddValue(found: string): unknown {
  const written = found.replaceAll('_', '');
  const number = Number(written.replace(/^([+-]?)inf$/, '$1Infinity'));
  return Number.isNaN(number) && !written.endsWith('nan') ? found : number;
}

function plainOf(node: TomlNode): unknown {
  if (Array.isArray(node.value)) return [...node.children.values()].map(plainOf);
  if (Number.isNaN(node.value)) return oddValue(node.found);
  if (node.value === null || typeof node.value !== 'object') return node.value;
  const table: Record<string, unknown> = {};
  for (const [key, child] of node.children) setKey(table, key, plainOf(child));
  return table;
}

export interface TomlFile {
  values: Values;
  lineOf(path: readonly string[]): number;
}

const nothing: TomlFile = { values: {}, lineOf: () => 1 };

/** A document with the line of every key. @returns a refusal where the text is not TOML */
export function readTomlFile(text: string, file: string | null): { content: TomlFile; refusal: Refusal | null } {
  const { root, problem } = readToml(text);
  if (!root) {
    const { line, column } = problem.from;
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
  return { content: { values: plainOf(root) as Values, lineOf }, refusal: null };
}
