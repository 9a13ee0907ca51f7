import { type KeyGroup, localOnlyKeys } from '#contract/requirements/catalogue.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import { alternatives, shapeAt } from '../catalogue/shape-at.ts';
import { writeTomlPath } from './inline-toml.ts';
import { isTable, type JsonTable, type JsonValue, valueAt } from './json-value.ts';

/** One row of the form. */
export interface FormKey {
  path: string[];
  /** As it is written: `windows.require_mxc`. */
  name: string;
  shape: Shape;
}

export interface FormGroup {
  name: string;
  keys: FormKey[];
}

/** Tables with fixed keys are taken apart, so that every row is one value, list or map. */
export const formGroups = (groups: readonly KeyGroup[]): FormGroup[] =>
  groups.map(({ name, keys }) => ({
    name,
    keys: Object.entries(keys).flatMap(([key, shape]) => rowsOf([key], shape)),
  }));

function rowsOf(path: string[], shape: Shape): FormKey[] {
  const { properties, additionalProperties, anyOf, whenDisallowed, since } = shape;
  if (!properties || anyOf) return [{ path, name: writeTomlPath(path), shape }];
  // What holds for the table holds for its keys, unless they say otherwise.
  const inherited = { ...(whenDisallowed && { whenDisallowed }), ...(since && { since }) };
  const rows = Object.entries(properties).flatMap(([key, one]) => rowsOf([...path, key], { ...inherited, ...one }));
  return additionalProperties ? [...rows, { path, name: writeTomlPath(path), shape }] : rows;
}

/** The entries of a map: what stands in the table besides its fixed keys. */
export function mapEntries(shape: Shape, value: JsonValue | undefined): [string, JsonValue][] {
  if (!isTable(value)) return [];
  const fixed = new Set(alternatives(shape).flatMap(({ properties = {} }) => Object.keys(properties)));
  return Object.entries(value).filter(([key]) => !fixed.has(key));
}

export function isSet({ path, shape }: FormKey, values: JsonTable): boolean {
  const value = valueAt(values, path);
  if (value === undefined) return false;
  return !(shape.properties && shape.additionalProperties) || mapEntries(shape, value).length > 0;
}

export interface UnknownKey {
  path: string[];
  value: JsonValue;
  /** Why it stands here although clients honour it elsewhere only; null: no client knows it. */
  note: string | null;
}

/** Keys that the catalogue does not have, wherever they stand in tables with fixed keys. */
export function unknownKeys(root: Shape, values: JsonTable, path: string[] = []): UnknownKey[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const here = [...path, key];
    const shape = shapeAt(root, [key]);
    if (!shape) return [{ path: here, value, note: (path.length === 0 && localOnlyKeys[key]) || null }];
    // Values with alternatives have a field of their own that checks them as a whole.
    const goesDeeper = isTable(value) && !shape.anyOf && (shape.properties || shape.additionalProperties);
    return goesDeeper ? unknownKeys(shape, value, here) : [];
  });
}

/** Keys whose name, sentence or words hold every word of the search. */
export function matchesSearch({ name, shape }: FormKey, search: string): boolean {
  const text = [name, name.replaceAll(/[_.]/g, ' '), shape.description, ...wordsIn(shape)].join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const wordsIn = (shape: Shape): string[] =>
  alternatives(shape).flatMap(({ enum: words = [], items }) => [...words, ...(items ? wordsIn(items) : [])]);
