import { featureSince } from '#contract/requirements/features.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import { shapeAt, wordsOf } from '../catalogue/shape-at.ts';
import { tomlCursor } from './toml-cursor.ts';

export interface PlaceDescription {
  from: number;
  to: number;
  title: string;
  /** One sentence each. */
  lines: string[];
}

/** What the catalogue knows of the key or value under the pointer. */
export function describePlace(root: Shape, text: string, offset: number): PlaceDescription | null {
  const rest = /^[A-Za-z0-9_-]*/.exec(text.slice(offset))?.[0] ?? '';
  const to = offset + rest.length;
  const cursor = tomlCursor(text, to);
  if (cursor.typed === '' || cursor.kind === 'none') return null;
  const place = { from: cursor.from, to };
  if (cursor.kind === 'value') {
    const found = wordsOf(shapeAt(root, cursor.path) ?? {}).find(({ word }) => word === cursor.typed);
    if (!found?.note) return null;
    return {
      ...place,
      title: found.word,
      lines: [found.note, ...(found.since ? [`Since client ${found.since}.`] : [])],
    };
  }
  const path = [...cursor.path, cursor.typed.replace(/^["']|["']$/g, '')];
  const shape = shapeAt(root, path);
  return shape && { ...place, title: writePath(path), lines: describeShape(shape, path) };
}

const writePath = (path: readonly string[]) => path.filter((part) => part !== '*').join('.');

/** Sentence, allowed words, age, and what the client does; one sentence each. */
export function describeShape(shape: Shape, path: readonly string[]): string[] {
  const words = wordsOf(shape.items ?? shape);
  return [
    shape.description,
    words.length > 0
      ? `Allowed: ${words.map(({ word }) => word).join(', ')}.`
      : shape.expected && `Expected: ${shape.expected}.`,
    sinceSentence(shape, path),
    shape.whenDisallowed,
  ].filter((line): line is string => typeof line === 'string' && line !== '');
}

/** "Since client 0.140.0; older ones ignore it." */
export function sinceSentence(shape: Shape, path: readonly string[]): string | null {
  if (path.length === 2 && path[0] === 'features') {
    const version = featureSince(path[1] ?? '');
    return version ? `Since client ${version}.` : 'No tested client knows this feature.';
  }
  if (!shape.since) return null;
  const { version, older } = shape.since;
  return `Since client ${version}; older ones ${older === 'ignore' ? 'ignore it' : 'refuse it, so Reeve leaves it out for them'}.`;
}
