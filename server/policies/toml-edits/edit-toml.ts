import { isDeepStrictEqual } from 'node:util';
import { ReeveError } from '#server/fail.ts';
import { maxDocumentLength } from '../open-document.ts';
import { asPlainValue, editPlainValue } from './edit-plain-value.ts';
import { appendItem, appendTable, insertValue } from './insert-value.ts';
import { planSteps, type Step } from './plan-steps.ts';
import { isTable, type PlainValue, printInline, printValue } from './print-toml.ts';
import { removePlace } from './remove-place.ts';
import { applyTextEdits, type TextEdit } from './text-edits.ts';
import { findPlace, type Place, plainValueAt, readPlaces, type TomlPlaces } from './toml-places.ts';

export interface TomlEdit {
  /** Key by key; an index into a list as text. The index behind the last item adds one. */
  path: readonly string[];
  /** Undefined: the key goes. Its table stays, if need be as an empty one, because that can mean something. */
  value?: unknown;
}

/** Every step reads the document again: a bound for what one call may keep the server busy with. */
const mostCharactersRead = 4_000_000;

/** What the steps of one call share. */
interface Editing {
  /** As the document had it: the only line break may go on the way. */
  newline: string;
  read: (text: string) => TomlPlaces;
}

function openEditing(contents: string): Editing {
  if (contents.length > maxDocumentLength)
    throw new ReeveError('bad-input', { issue: `A policy has at most ${maxDocumentLength} characters.` });
  const { newline } = readPlaces(contents);
  let left = mostCharactersRead;
  const read = (text: string): TomlPlaces => {
    left -= text.length;
    if (left < 0) throw new ReeveError('bad-input', { issue: 'Too many edits at once for a document of this length.' });
    return { ...readPlaces(text), newline };
  };
  return { newline, read };
}

function remove(text: string, path: readonly string[], { read }: Editing): string {
  let result = text;
  for (;;) {
    const places = read(result);
    const place = findPlace(places.root, path);
    // A list closes up behind what was taken out of it.
    if (!place) return result;
    result = applyTextEdits(result, removePlace(places, place));
    if (!isSharedIn(place)) return result;
  }
}

/** Dotted keys in one inline table can write a table in several parts, which go one by one. */
const isSharedIn = ({ parts }: Place): boolean =>
  parts.filter((part) => part.kind === 'pair' && part.container.type === 'TOMLInlineTable').length > 1;

function removeStep(text: string, path: readonly string[], editing: Editing): string {
  const parentPath = path.slice(0, -1);
  const before = findPlace(editing.read(text).root, parentPath);
  const result = remove(text, path, editing);
  if (!before || parentPath.length === 0 || findPlace(editing.read(result).root, parentPath)) return result;
  return setStep(result, parentPath, Array.isArray(plainValueAt(before, text)) ? [] : {}, editing);
}

const nest = (names: readonly string[], value: PlainValue): PlainValue =>
  names.reduceRight((inner: PlainValue, name) => ({ [name]: inner }), value);

function addTo(places: TomlPlaces, parent: Place, names: readonly string[], value: PlainValue): TextEdit[] | null {
  const item = nest(names.slice(1), value);
  if (parent.written?.type === 'TOMLArray') return appendItem(places, parent.written, item);
  if (parent.isListOfTables) return isTable(item) ? [appendTable(places, parent, item)] : null;
  return insertValue(places, parent, names, value);
}

function rewrite({ written, parts }: Place, value: PlainValue, newline: string): TextEdit[] | null {
  if (!written) return null;
  const last = parts.at(-1);
  const hasLine = last?.kind === 'pair' && last.container.type !== 'TOMLInlineTable';
  const [from, to] = written.range;
  return [{ from, to, text: hasLine ? printValue(value, newline) : printInline(value) }];
}

function setStep(text: string, path: readonly string[], value: PlainValue, editing: Editing): string {
  const places = editing.read(text);
  let parent = places.root;
  let depth = 0;
  for (let next = parent.children.get(path[0] ?? ''); next; next = parent.children.get(path[depth] ?? '')) {
    parent = next;
    depth += 1;
    if (depth === path.length) break;
  }
  const names = path.slice(depth);
  const edits = names.length === 0 ? rewrite(parent, value, editing.newline) : addTo(places, parent, names, value);
  if (edits) return applyTextEdits(text, edits);
  // What headers build up cannot hold this: the whole of it is written anew, with the list if it is an item of one.
  const list = findPlace(places.root, parent.path.slice(0, -1));
  const whole = list?.isListOfTables ? list : parent;
  const inside = path.slice(whole.path.length);
  const anew = editPlainValue(plainValueAt(whole, text), inside, value) as PlainValue;
  return setStep(remove(text, whole.path, editing), whole.path, anew, editing);
}

const takeStep = (text: string, { path, value }: Step, editing: Editing): string =>
  value === undefined ? removeStep(text, path, editing) : setStep(text, path, value, editing);

function edit(text: string, { path, value }: Step, editing: Editing): string {
  const { root } = editing.read(text);
  const expected = editPlainValue(plainValueAt(root, text), path, value);
  const place = findPlace(root, path) ?? undefined;
  const steps = value === undefined ? (place ? [{ path, value }] : []) : planSteps(place, path, value, text);
  const result = steps.reduce((current, step) => takeStep(current, step, editing), text);
  if (!isDeepStrictEqual(plainValueAt(editing.read(result).root, result), expected))
    throw new Error(`editing ${JSON.stringify(path)} would have changed something else`);
  return result;
}

/**
 * Sets and removes keys in a document; every other byte stays: comments, order, quotes, line breaks. Setting what is there already
 * changes nothing. Never answers a document that says anything else than asked for.
 * @throws ReeveError bad-input
 */
export function editToml(contents: string, edits: readonly TomlEdit[]): string {
  const editing = openEditing(contents);
  return edits.reduce((text, { path, value }) => {
    const wanted = value === undefined ? undefined : asPlainValue(value);
    return edit(text, { path, value: wanted }, editing);
  }, contents);
}
