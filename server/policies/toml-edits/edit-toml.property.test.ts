import fc from 'fast-check';
import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { editPlainValue } from './edit-plain-value.ts';
import { editToml } from './edit-toml.ts';
import type { PlainValue } from './print-toml.ts';

const name = fc.constantFrom('a', 'b', 'c', 'long_key', 'a b', 'ü', '0');
const words = fc.string({ maxLength: 8 });
const scalar = fc.oneof(words, fc.integer({ min: -1000, max: 1000 }), fc.boolean(), fc.constantFrom(1.5, -0.25));
const plain = fc.letrec<{ value: PlainValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** A value as somebody writes it: with comments, line breaks and quotes of their liking. */
interface Writer {
  comment: () => string;
  coin: () => boolean;
}

const quote = (text: string) => JSON.stringify(text).replaceAll('\u007f', '\\u007f');
const key = (text: string) => (/^[a-z_]+$/.test(text) ? text : quote(text));

function write(value: PlainValue, by: Writer, isInline: boolean): string {
  if (typeof value === 'string') return by.coin() && /^[ -&(-~]*$/.test(value) ? `'${value}'` : quote(value);
  if (typeof value !== 'object')
    return by.coin() && typeof value === 'number' && value > 0 ? `+${value}` : String(value);
  if (Array.isArray(value)) {
    const items = value.map((item: PlainValue) => write(item, by, true));
    if (isInline || by.coin())
      return `[${items.join(by.coin() ? ',' : ' , ')}${by.coin() && items.length > 0 ? ',' : ''}]`;
    const lines = items.map((item, index) => {
      const above = by.coin() ? `  ${by.comment()}\n` : '';
      const comma = index < items.length - 1 || by.coin() ? ',' : '';
      return `${above}  ${item}${comma}${by.coin() ? ` ${by.comment()}` : ''}\n`;
    });
    return `[${by.coin() ? ` ${by.comment()}` : ''}\n${lines.join('')}${by.coin() ? `${by.comment()}\n` : ''}]`;
  }
  const pairs = Object.entries(value).map(
    ([inner, item]) => `${key(inner)}${by.coin() ? ' = ' : '='}${write(item, by, true)}`,
  );
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

const isTable = (value: PlainValue): value is { [inner: string]: PlainValue } =>
  typeof value === 'object' && !Array.isArray(value);

/** A document that says `table`, in one of the many ways there are. */
function writeDocument(
  table: { [inner: string]: PlainValue },
  by: Writer,
  path: readonly string[] = [],
  isItem = false,
): string {
  const lines: string[] = [];
  const sections: string[] = [];
  for (const [inner, value] of Object.entries(table)) {
    const here = [...path, inner];
    const dotted = isTable(value) && Object.keys(value).length > 0 && by.coin() && by.coin();
    if (dotted) {
      for (const [last, item] of Object.entries(value))
        lines.push(`${key(inner)}.${key(last)} = ${write(item, by, false)}`);
    } else if (isTable(value) && by.coin()) sections.push(writeDocument(value, by, here));
    else if (Array.isArray(value) && value.length > 0 && value.every(isTable) && by.coin())
      for (const item of value) sections.push(writeDocument(item, by, here, true));
    else lines.push(`${by.coin() ? '  ' : ''}${key(inner)} = ${write(value, by, false)}`);
  }
  const needsHeader = path.length > 0 && (isItem || lines.length > 0 || sections.length === 0 || by.coin());
  const named = path.map(key).join(' . ');
  const header = needsHeader ? [`${isItem ? `[[${named}]]` : `[${named}]`}${by.coin() ? ` ${by.comment()}` : ''}`] : [];
  const commented = lines.flatMap((line) => [
    ...(by.coin() ? [by.comment()] : []),
    ...(by.coin() && by.coin() ? [''] : []),
    by.coin() ? `${line} ${by.comment()}` : line,
  ]);
  return [...header, ...commented, ...sections, ...(by.coin() ? ['', by.comment()] : [])]
    .filter((part, index) => part !== '' || index > 0)
    .join('\n');
}

const documents = fc
  .tuple(
    fc.dictionary(name, plain, { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.boolean(), { minLength: 61, maxLength: 61 }),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
    fc.constantFrom('', '\uFEFF'),
  )
  .map(([table, coins, newline, ends, mark]) => {
    let comments = 0;
    let tossed = 0;
    const coin = () => coins[tossed++ % coins.length] ?? false;
    const text = writeDocument(table, { coin, comment: () => `# note ${comments++};` });
    return { mark, text: (text + (ends ? '\n' : '')).replaceAll('\n', newline) };
  });

/** Most edits are about something that is there. */
const edits = fc.array(
  fc.record({
    steps: fc.array(fc.tuple(fc.nat(9), name), { minLength: 1, maxLength: 4 }),
    value: fc.option(plain, { nil: undefined }),
  }),
  { minLength: 1, maxLength: 3 },
);

function pathIn(document: unknown, steps: readonly [number, string][]): string[] {
  const path: string[] = [];
  let current = document;
  for (const [choice, fresh] of steps) {
    if (Array.isArray(current)) {
      path.push(String(choice % (current.length + 1)));
      current = current[choice % (current.length + 1)];
    } else if (current !== null && (typeof current === 'object' || current === undefined)) {
      const keys = Object.keys(current ?? {});
      const next = keys.length === 0 || choice > 6 ? fresh : (keys[choice % keys.length] ?? fresh);
      path.push(next);
      current = Object.getOwnPropertyDescriptor(current ?? {}, next)?.value;
    } else break;
  }
  return path;
}

const read = (text: string): unknown => JSON.parse(JSON.stringify(parse(text.replace(/^\uFEFF/, ''))));
const notes = (text: string): string[] => text.match(/# note \d+;/g) ?? [];

test('an edited document says exactly what was asked for', () => {
  fc.assert(
    fc.property(documents, edits, ({ mark, text }, wanted) => {
      let document = mark + text;
      for (const { steps, value } of wanted) {
        const before = read(document);
        const path = pathIn(before, steps);
        const after = editToml(document, [{ path, value }]);
        expect(read(after)).toEqual(editPlainValue(before, path, value));
        expect(after.startsWith('\uFEFF')).toBe(mark !== '');
        if (document.includes('\r\n')) expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        document = after;
      }
    }),
    { numRuns: 800, seed: 20_261_126 },
  );
});

test('lines that an edit does not take away stay byte for byte, in their order, with their comments', () => {
  fc.assert(
    fc.property(documents, edits, ({ mark, text }, [wanted]) => {
      const document = mark + text;
      if (!wanted) return;
      const path = pathIn(read(document), wanted.steps);
      const after = editToml(document, [{ path, value: wanted.value }]);
      const kept = new Set(after.split(/\r?\n/));
      const gone = document.split(/\r?\n/).filter((line) => !kept.has(line));
      // A comment is only lost together with the line, or the value, that it stands on.
      const lost = notes(document).filter((note) => !notes(after).includes(note));
      for (const note of lost) {
        const line = gone.find((candidate) => candidate.includes(note));
        expect(line).toBeDefined();
      }
      expect(notes(after)).toEqual(notes(document).filter((note) => !lost.includes(note)));
    }),
    { numRuns: 600, seed: 20_261_127 },
  );
});

test('setting what is there already changes no byte', () => {
  fc.assert(
    fc.property(documents, edits, ({ mark, text }, wanted) => {
      const document = mark + text;
      const before = read(document);
      const same = wanted.flatMap(({ steps }) => {
        const path = pathIn(before, steps);
        let value: unknown = before;
        for (const part of path) value = Object.getOwnPropertyDescriptor(Object(value), part)?.value;
        return value === undefined ? [] : [{ path, value }];
      });
      expect(editToml(document, same)).toBe(document);
    }),
    { numRuns: 500, seed: 20_261_128 },
  );
});
