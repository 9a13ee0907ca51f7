import { featureNames, featureSince } from '#contract/requirements/features.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import { alternatives, entry, keysIn, shapeAt, wordsOf } from '../catalogue/shape-at.ts';
import { type TomlCursor, tomlCursor } from './toml-cursor.ts';

export interface Suggestion {
  label: string;
  kind: 'key' | 'table' | 'value' | 'snippet';
  /** What is put in place of what was typed; `#{…}` is where the cursor goes next. */
  template: string;
  detail: string | null;
  info: string | null;
}

interface Completion {
  /** Where what was typed begins. */
  from: number;
  suggestions: Suggestion[];
}

/** What may stand at a place of a document of this shape. */
export function completeDocument(shape: Shape, text: string, offset: number): Completion | null {
  const cursor = tomlCursor(text, offset);
  const suggestions = suggest(shape, cursor, text.slice(offset));
  return suggestions.length > 0 ? { from: cursor.from, suggestions } : null;
}

function suggest(root: Shape, cursor: TomlCursor, after: string): Suggestion[] {
  if (cursor.kind === 'none') return [];
  const shape = shapeAt(root, cursor.path);
  if (!shape) return [];
  if (cursor.kind === 'value') return values(shape, cursor);
  if (cursor.kind === 'header') return headers(shape);
  const isFollowed = /^[ \t]*=/.test(after);
  const isDocument = cursor.path.length === 0;
  return [...(isDocument ? snippets(root) : []), ...keys(shape, cursor, { isFollowed, isDocument })];
}

const sinceWord = (shape: Shape) => (shape.since ? `since ${shape.since.version}` : null);

function keys(
  shape: Shape,
  cursor: TomlCursor,
  { isFollowed, isDocument }: { isFollowed: boolean; isDocument: boolean },
): Suggestion[] {
  const named = keysIn(shape).map(([name, one]): Suggestion => {
    const isTable = isDocument && holdsTables(one);
    const template = isFollowed ? name : isTable ? `[${name}]\n` : `${name} = ${valueTemplate(one)}`;
    return {
      label: name,
      kind: isTable ? 'table' : 'key',
      template,
      detail: sinceWord(one),
      info: one.description ?? null,
    };
  });
  const isFeatures = cursor.path.length === 1 && /^feature(s|_requirements)$/.test(cursor.path[0] ?? '');
  return isFeatures ? [...named, ...features({ isFollowed })] : named;
}

const features = ({ isFollowed }: { isFollowed: boolean }): Suggestion[] =>
  featureNames.map((name) => ({
    label: name,
    kind: 'key',
    template: isFollowed ? name : `${name} = #{false}`,
    detail: `since ${featureSince(name)}`,
    info: null,
  }));

const holdsTables = (shape: Shape) =>
  alternatives(shape).some(({ properties, additionalProperties }) => properties || additionalProperties);

const isTableList = (shape: Shape) =>
  alternatives(shape).some(({ items }) => items !== undefined && holdsTables(items));

/** The tables below a shape that a header may name. */
const headers = (shape: Shape): Suggestion[] =>
  keysIn(shape)
    .filter(([, one]) => holdsTables(one) || isTableList(one))
    .map(([name, one]) => ({
      label: name,
      kind: 'table',
      template: name,
      detail: sinceWord(one),
      info: one.description ?? null,
    }));

function values(shape: Shape, cursor: TomlCursor): Suggestion[] {
  const quoted = (word: string) => (cursor.isInString ? word : `"${word}"`);
  const words = wordsOf(shape).map(
    ({ word, note, since }): Suggestion => ({
      label: word,
      kind: 'value',
      template: quoted(word),
      detail: since && `since ${since}`,
      info: note,
    }),
  );
  if (cursor.isInString || !alternatives(shape).some(({ type }) => type === 'boolean')) return words;
  const flags = ['true', 'false'].map(
    (word): Suggestion => ({ label: word, kind: 'value', template: word, detail: null, info: null }),
  );
  return [...words, ...flags];
}

function valueTemplate(shape: Shape): string {
  const type = alternatives(shape).find((one) => one.type)?.type;
  if (type === 'array') {
    const isText = alternatives(shape).some(
      ({ items }) => items && alternatives(items).some((one) => one.type === 'string'),
    );
    return isText ? '["#{}"]' : '[#{}]';
  }
  if (type === 'string') return '"#{}"';
  if (type === 'boolean') return '#{true}';
  if (type === 'object') return '{ #{} }';
  return '#{}';
}

const rule: Suggestion = {
  label: 'command rule',
  kind: 'snippet',
  template:
    '[[rules.prefix_rules]]\npattern = [{ token = "#{git}" }, { any_of = ["#{push}"] }]\ndecision = "#{prompt}"\njustification = "#{A person looks at it first.}"\n',
  detail: 'rules.prefix_rules',
  info: 'Stops commands that start with these words. Commands the policy should leave alone need no rule.',
};
const mcpServer: Suggestion = {
  label: 'MCP server',
  kind: 'snippet',
  template: '[mcp_servers.#{docs}]\nidentity = { url = "#{https://mcp.example.com/}" }\n',
  detail: 'mcp_servers.<name>',
  info: 'Members may use only the servers that are listed, under this name.',
};

const snippets = (root: Shape): Suggestion[] => [
  ...(shapeAt(root, ['rules', 'prefix_rules', entry]) ? [rule] : []),
  ...(shapeAt(root, ['mcp_servers', 'name', 'identity']) ? [mcpServer] : []),
];
