import { type Document, isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';

/** Offsets in SKILL.md. */
export interface Range {
  from: number;
  to: number;
}

export type FrontMatterProblem = Range & {
  kind: 'no-front-matter' | 'bad-yaml' | 'wrong-field' | 'no-description' | 'name-too-long';
  message: string;
};

export interface FrontMatter {
  /** As the client shows them; null when missing. */
  name: string | null;
  description: string | null;
  /** Clients since 0.163.0 put the values of these lines in quotes; older ones refuse them. */
  repaired: (Range & { message: string }) | null;
  tooLong: (Range & { field: string; length: number })[];
  body: string;
}

export type FrontMatterReading = { read: FrontMatter; problem: null } | { read: null; problem: FrontMatterProblem };

export const skillLimits = { name: 64, text: 1024 } as const;

const isFence = (line: string): boolean => /^\p{White_Space}*---\p{White_Space}*$/u.test(line);

interface Split {
  yaml: string;
  start: number;
  body: string;
}

function split(text: string): Split | null {
  const lines = text.split('\n');
  if (!isFence(lines[0] ?? '')) return null;
  const end = lines.findIndex((line, index) => index > 0 && isFence(line));
  if (end < 2) return null;
  const start = (lines[0] ?? '').length + 1;
  const yaml = lines.slice(1, end).join('\n');
  return { yaml, start, body: lines.slice(end + 1).join('\n') };
}

/** Of a line without blanks at its end: nothing here tries a place twice, so the time grows with the line and no faster. */
const plainLine = /^(\s*(?:- +)?[^\s:#'"[\]{}-][^:#]*:[ \t]+|\s*- +[^\s:#'"[\]{}][^:#]*:[ \t]+)(\S.*)$/;

/** Without a remark: all from the first space that a `#` follows. */
function withoutRemark(value: string): string {
  for (let at = value.indexOf('#'); at !== -1; at = value.indexOf('#', at + 1))
    if (at > 0 && /\s/.test(value[at - 1] ?? '')) return value.slice(0, at - 1);
  return value;
}

/** Begins like a list, a table or a reserved character, and is none. */
const isUnfinished = (value: string): boolean =>
  /^[@`]/.test(value) ||
  (value.startsWith('[') && !value.endsWith(']')) ||
  (value.startsWith('{') && !value.endsWith('}'));

/** What newer clients make of a value that YAML cannot read: one that has a colon within, or begins like a list, a table or a tag. */
function repairLine(line: string): string {
  const parts = plainLine.exec(line.trimEnd());
  const [, before = '', value = ''] = parts ?? [];
  const bare = withoutRemark(value);
  if (parts === null || /^['">|]/.test(bare) || !(/:\s/.test(bare) || isUnfinished(bare))) return line;
  return `${before}'${bare.replaceAll("'", "''")}'`;
}

const parse = (yaml: string): Document => parseDocument(yaml, { uniqueKeys: false, lineCounter: new LineCounter() });

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the client's reader refuses.
const control = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/;

function problemOf(document: Document, yaml: string): (Range & { message: string }) | null {
  const found = control.exec(yaml);
  if (found) return { from: found.index, to: found.index + 1, message: 'a control character is not allowed' };
  const [error] = document.errors;
  if (!error) return null;
  const [from, to] = error.pos;
  return { from, to, message: error.message.split(/ at line \d|\n/)[0]?.trim() ?? 'it cannot be read' };
}

const collapse = (text: string): string => text.split(/\s+/u).filter(Boolean).join(' ');

interface Field {
  pair: Pair<Node, Node | null>;
  text: string | null;
  range: Range;
}

type Fields = { fields: Map<string, Field>; problem: null } | { fields: null; problem: FrontMatterProblem };

const rangeOf = (node: Node | null | undefined, start: number): Range => {
  const [from = 0, to = 0] = node?.range ?? [];
  return { from: start + from, to: start + Math.max(from, to) };
};

const keyText = ({ key }: Pair<Node, Node | null>): string => (isScalar(key) ? String(key.value) : '');

/** The fields a client looks at. @param known their names; text each, standing once */
function readFields(node: unknown, known: readonly string[], where: string, start: number): Fields {
  const fields = new Map<string, Field>();
  if (!isMap<Node, Node | null>(node)) return { fields, problem: null };
  for (const pair of node.items) {
    const key = keyText(pair);
    if (!known.includes(key)) continue;
    const wrong = (message: string): Fields => ({
      fields: null,
      problem: { kind: 'wrong-field', ...rangeOf(pair.key, start), message },
    });
    if (fields.has(key)) return wrong(`\`${where}${key}\` stands twice.`);
    const { value } = pair;
    if (value !== null && !isScalar(value)) return wrong(`\`${where}${key}\` must be text.`);
    const text = value === null || value.value === null ? null : (value.source ?? String(value.value));
    if (text !== null && !text.isWellFormed())
      return wrong(`\`${where}${key}\` has an escape that stands for half a character.`);
    fields.set(key, { pair, text, range: rangeOf(value ?? pair.key, start) });
  }
  return { fields, problem: null };
}

function readMetadata(root: unknown, start: number): Fields {
  const none: Fields = { fields: new Map(), problem: null };
  if (!isMap<Node, Node | null>(root)) return none;
  const pair = root.items.find((item) => keyText(item) === 'metadata');
  const node = pair?.value ?? null;
  if (!pair || node === null || (isScalar(node) && node.value === null)) return none;
  if (isMap(node)) return readFields(node, ['short-description'], 'metadata.', start);
  return {
    fields: null,
    problem: { kind: 'wrong-field', ...rangeOf(pair.key, start), message: '`metadata` must be a table.' },
  };
}

const charactersIn = (text: string): number => [...text].length;

function readRoot(document: Document, { start, body, yaml }: Split): FrontMatterReading {
  const root = document.contents;
  const whole = { from: start, to: start + (yaml.indexOf('\n') === -1 ? yaml.length : yaml.indexOf('\n')) };
  if (root !== null && !isMap(root))
    return { read: null, problem: { kind: 'wrong-field', ...whole, message: 'The front matter must be a table.' } };
  const { fields, problem } = readFields(root, ['name', 'description'], '', start);
  if (problem) return { read: null, problem };
  const metadata = readMetadata(root, start);
  if (metadata.problem) return { read: null, problem: metadata.problem };
  const described = fields.get('description');
  const description = collapse(described?.text ?? '');
  if (description === '') {
    const message = described ? 'The `description` is empty.' : 'There is no `description`.';
    return { read: null, problem: { kind: 'no-description', ...(described?.range ?? whole), message } };
  }
  const named = fields.get('name');
  const name = collapse(named?.text ?? '') || null;
  if (name !== null && named && charactersIn(name) > skillLimits.name) {
    const message = `The \`name\` has ${charactersIn(name)} characters; ${skillLimits.name} is the most.`;
    return { read: null, problem: { kind: 'name-too-long', ...named.range, message } };
  }
  const short = metadata.fields.get('short-description');
  const texts = [
    { field: 'description', text: description, range: described?.range ?? whole },
    { field: 'metadata.short-description', text: collapse(short?.text ?? ''), range: short?.range ?? whole },
  ];
  const tooLong = texts
    .filter(({ text }) => charactersIn(text) > skillLimits.text)
    .map(({ field, text, range }) => ({ field, length: charactersIn(text), ...range }));
  return { read: { name, description, repaired: null, tooLong, body }, problem: null };
}

const shift = ({ from, to }: Range, by: number): Range => ({ from: by + from, to: by + to });

/** The front matter of a SKILL.md as the client 0.169.0 reads it. Never throws. */
export function readFrontMatter(text: string): FrontMatterReading {
  const parts = split(text);
  if (parts === null) {
    const message = text.startsWith('\uFEFF')
      ? 'The file begins with an invisible byte order mark, so its first line is not `---`.'
      : 'There is no front matter: `---`, YAML and `---` at the very beginning.';
    return { read: null, problem: { kind: 'no-front-matter', from: 0, to: text.split('\n')[0]?.length ?? 0, message } };
  }
  const document = parse(parts.yaml);
  const problem = problemOf(document, parts.yaml);
  const reading: FrontMatterReading = problem
    ? { read: null, problem: { kind: 'bad-yaml', ...shift(problem, parts.start), message: problem.message } }
    : readRoot(document, parts);
  if (reading.read || (reading.problem.kind !== 'bad-yaml' && reading.problem.kind !== 'wrong-field')) return reading;
  const yaml = parts.yaml.split('\n').map(repairLine).join('\n');
  const repaired = parse(yaml);
  if (yaml === parts.yaml || problemOf(repaired, yaml) !== null) return reading;
  const { from, to, message } = reading.problem;
  const second = readRoot(repaired, { ...parts, yaml });
  // Quotes move offsets, so what is wrong within a repaired front matter is said of the line that was repaired.
  if (second.problem) return { read: null, problem: { ...second.problem, from, to } };
  return { read: { ...second.read, tooLong: [], repaired: { from, to, message } }, problem: null };
}
