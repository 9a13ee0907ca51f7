import type { Shape } from '#contract/requirements/shape.ts';
import { accepts } from './check-shape.ts';
import type { TomlNode } from './read-toml.ts';

export interface Visit {
  /** Null: the table around it does not know the key, and clients ignore it. */
  shape: Shape | null;
  /** Of the table around it. */
  outer: Shape;
  node: TomlNode;
  path: readonly string[];
}

/** Every value of a document with the shape it has to have, parents first. A union comes before the alternative that fits. */
export function* walkDocument(
  shape: Shape,
  node: TomlNode,
  path: readonly string[] = [],
  outer = shape,
): Generator<Visit> {
  yield { shape, outer, node, path };
  if (shape.anyOf) {
    const branch = shape.anyOf.find((candidate) => accepts(candidate, node.value));
    if (branch) yield* walkDocument(branch, node, path, outer);
    return;
  }
  const isList = Array.isArray(node.value);
  const free = typeof shape.additionalProperties === 'object' ? shape.additionalProperties : null;
  for (const [key, child] of node.children) {
    const known = Object.hasOwn(shape.properties ?? {}, key) ? shape.properties?.[key] : free;
    const below = isList ? shape.items : known;
    if (below) yield* walkDocument(below, child, [...path, key], shape);
    else if (!isList && shape.knownKeys) yield { shape: null, outer: shape, node: child, path: [...path, key] };
  }
}
