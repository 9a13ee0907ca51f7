import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type FolderProblem, problemAt } from './folder-problem.ts';

type Path = readonly PropertyKey[];

/** A YAML file as data that fits its schema, with the place of every value in it. */
export interface YamlReading<Value> {
  /** Null: see the problems. */
  value: Value | null;
  problems: FolderProblem[];
  /** Where a value stands, or the nearest one around it. */
  placeOf(path: Path): { line: number; column: number };
}

type Root = ReturnType<typeof parseDocument>;

function keyNode(root: Root, path: Path): Node | undefined {
  const parent = root.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
    : undefined;
  return isScalar(pair?.key) ? pair.key : undefined;
}

function offsetOf(root: Root, path: Path, { ofKey }: { ofKey: boolean }): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const part = path.slice(0, length);
    const found =
      (ofKey && length > 0 ? keyNode(root, part) : undefined) ?? (root.getIn(part, true) as Node | undefined);
    if (found?.range) return found.range[0];
  }
  return 0;
}

function* placesOfIssue(issue: z.core.$ZodIssue): Generator<{ path: Path; message: string; ofKey: boolean }> {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys')
    for (const key of issue.keys) yield { path: [...path, key], message: `Unknown key “${key}”.`, ofKey: true };
  else if (issue.code === 'invalid_key')
    yield { path, message: issue.issues.map((inner) => inner.message).join(' '), ofKey: true };
  else yield { path, message, ofKey: issue.code === 'custom' && issue.params?.ofKey === true };
}

/** Reads strictly: no duplicate and no unknown key, no text where a number stands. */
export function readYaml<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
): YamlReading<z.output<Schema>> {
  const lines = new LineCounter();
  const root = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const placeOf = (path: Path) => at(offsetOf(root, path, { ofKey: false }));
  const unreadable = [...root.errors, ...root.warnings];
  if (unreadable.length > 0) {
    const problems = unreadable.map(({ message, pos }) =>
      problemAt(file, `This is not YAML as it is read here: ${message}`, at(pos[0])),
    );
    return { value: null, problems, placeOf };
  }
  // The default limit on aliases stands against a document that unfolds without end.
  const read = schema.safeParse(root.toJS());
  if (read.success) return { value: read.data, problems: [], placeOf };
  const problems = read.error.issues.flatMap((issue) =>
    [...placesOfIssue(issue)].map(({ path, message, ofKey }) =>
      problemAt(file, message, at(offsetOf(root, path, { ofKey }))),
    ),
  );
  return { value: null, problems, placeOf };
}
