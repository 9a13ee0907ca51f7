import { stringify } from 'smol-toml';

/** What JSON can say and TOML can too: there is no null. */
export type PlainValue = string | number | boolean | readonly PlainValue[] | { readonly [key: string]: PlainValue };

const bareKey = /^[A-Za-z0-9_-]+$/;
/** Longer lists get a line for each item. */
const longestLine = 100;

const printText = (text: string): string => stringify({ v: text }).trim().slice('v = '.length);

export const printKey = (path: readonly string[]): string =>
  path.map((name) => (bareKey.test(name) ? name : printText(name))).join('.');

function printNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const written = String(value);
  return /[.e]/.test(written) ? written : value.toExponential();
}

/** On one line. */
export function printInline(value: PlainValue): string {
  if (typeof value === 'string') return printText(value);
  if (typeof value === 'number') return printNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(printInline).join(', ')}]`;
  const pairs = Object.entries(value).map(([key, inner]) => `${printKey([key])} = ${printInline(inner)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

export const isList = (value: PlainValue): value is readonly PlainValue[] => Array.isArray(value);
export const isTable = (value: PlainValue): value is { readonly [key: string]: PlainValue } =>
  typeof value === 'object' && !isList(value);

/** As the value of a key on a line of its own: lists of tables and long lists get a line for each item. */
export function printValue(value: PlainValue, newline: string): string {
  const inline = printInline(value);
  if (!isList(value) || value.length === 0) return inline;
  if (!value.some(isTable) && inline.length <= longestLine) return inline;
  return `[${newline}${value.map((item) => `  ${printInline(item)},${newline}`).join('')}]`;
}

/** The lines of a table under its header. */
export const printPairs = (table: { readonly [key: string]: PlainValue }, newline: string): string =>
  Object.entries(table)
    .map(([key, value]) => `${printKey([key])} = ${printValue(value, newline)}${newline}`)
    .join('');
