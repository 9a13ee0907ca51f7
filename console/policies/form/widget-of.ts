import type { Shape } from '#contract/requirements/shape.ts';
import { alternatives, wordsOf } from '../catalogue/shape-at.ts';
import type { JsonValue } from './json-value.ts';

export type Widget =
  | 'flag'
  | 'choice'
  | 'text'
  | 'long-text'
  | 'number'
  | 'word-list'
  | 'table-list'
  | 'table'
  | 'map'
  | 'command-rules'
  | 'server-identity'
  | 'toml';

const isProse = (key: string) => /(instructions|policy_config|extra_policy)$/.test(key);

/** What a value is edited with. Whatever fits none of them is edited as TOML. */
export function widgetOf(path: readonly string[], shape: Shape): Widget {
  const key = path.at(-1) ?? '';
  if (path.join('.') === 'rules.prefix_rules') return 'command-rules';
  if (key === 'identity' && shape.anyOf) return 'server-identity';
  if (shape.anyOf) return 'toml';
  if (shape.type === 'boolean') return 'flag';
  if (shape.type === 'integer') return 'number';
  if (shape.type === 'string') return shape.enum ? 'choice' : isProse(key) ? 'long-text' : 'text';
  if (shape.type === 'array' && shape.items) return listWidget(shape.items);
  if (shape.additionalProperties) return 'map';
  return shape.properties ? 'table' : 'toml';
}

function listWidget(items: Shape): Widget {
  if (alternatives(items).some(({ type, enum: words }) => type === 'string' || words)) return 'word-list';
  return items.properties && !items.anyOf ? 'table-list' : 'toml';
}

/** Whether a value can be shown by its widget; a document may hold something else there, which is an error the form cannot put right. */
export function fits(widget: Widget, value: JsonValue): boolean {
  if (widget === 'toml') return true;
  if (widget === 'flag') return typeof value === 'boolean';
  if (widget === 'number') return typeof value === 'number';
  if (widget === 'choice' || widget === 'text' || widget === 'long-text') return typeof value === 'string';
  if (widget === 'word-list' || widget === 'table-list' || widget === 'command-rules') return Array.isArray(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The smallest value that has what the shape asks for. */
export function starterOf(shape: Shape): JsonValue {
  const { anyOf, type, enum: words, items, minItems = 0, required = [], properties = {} } = shape;
  if (anyOf?.[0]) return starterOf(anyOf[0]);
  if (words?.[0] !== undefined) return words[0];
  if (type === 'boolean') return true;
  if (type === 'integer') return shape.minimum ?? 0;
  if (type === 'string') return '';
  if (type === 'array') return minItems > 0 && items ? [starterOf(items)] : [];
  return Object.fromEntries(required.map((key) => [key, starterOf(properties[key] ?? { type: 'string' })]));
}

/** Whether the order of a list counts: its first entry stands in for what members may not have. */
export const isOrdered = ({ whenDisallowed = '', description = '' }: Shape): boolean =>
  /\bfirst (entry|match)\b/i.test(`${whenDisallowed} ${description}`);

export const chosenWords = (shape: Shape) => wordsOf(shape.items ?? shape);
