import { nodeAt, type Point, readToml, type TomlNode } from './read-toml.ts';

interface ExplainedRevision {
  /** The public origin of this Reeve. */
  origin: string;
  number: number;
  revision: number;
  name: string;
}

/** What the link ends with: policy number, revision, place of the rule. */
export const explanationCode = (
  { number, revision }: { number: number; revision: number },
  ruleIndex: number,
): string => `${number}.${revision}.${ruleIndex}`;

export function readExplanationCode(code: string): { number: number; revision: number; ruleIndex: number } | null {
  const parts = /^(\d{1,9})\.(\d{1,9})\.(\d{1,6})$/.exec(code);
  if (!parts) return null;
  return { number: Number(parts[1]), revision: Number(parts[2]), ruleIndex: Number(parts[3]) };
}

interface Edit {
  from: number;
  to: number;
  text: string;
}

/** TOML's basic strings escape as JSON does, and U+007F too. */
const quote = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007F');

/** Behind the last character of the text inside its quotes. A continued line at the end would swallow the space: written anew. */
function extend(literal: string, { from, to }: { from: number; to: number }, value: string, suffix: string): Edit {
  const quotes = /^("""|'''|"|')/.exec(literal)?.[0] ?? '"';
  const inside = literal.slice(quotes.length, -quotes.length);
  if (quotes === '"""' && /\\\s*$/.test(inside)) return { from, to, text: quote(value + suffix) };
  return { from: to - quotes.length, to: to - quotes.length, text: suffix };
}

function offsetOf(contents: string, { line, column }: Point): number {
  let offset = 0;
  for (let passed = 1; passed < line; passed += 1) offset = contents.indexOf('\n', offset) + 1;
  return offset + column - 1;
}

/** Before the key `decision`, which every rule has: on its own line in a table, followed by a comma in an inline one. */
function insert(contents: string, rule: TomlNode, decision: TomlNode, justification: string): Edit {
  const at = offsetOf(contents, decision.key.from);
  const pair = `justification = ${quote(justification)}`;
  if (rule.range !== null) return { from: at, to: at, text: `${pair}, ` };
  const startOfLine = contents.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = contents[contents.indexOf('\n', at) - 1] === '\r' ? '\r\n' : '\n';
  return { from: at, to: at, text: `${pair}${lineEnd}${contents.slice(startOfLine, at)}` };
}

/**
 * The document with a link to its explanation at the end of every rule's justification. Everything else stays, byte for byte, as its
 * author wrote it. What cannot be read comes back unchanged.
 */
export function linkJustifications(contents: string, revision: ExplainedRevision): string {
  const { root } = readToml(contents);
  const rules = root && nodeAt(root, ['rules', 'prefix_rules']);
  if (!rules) return contents;
  const edits = [...rules.children.values()].flatMap((rule, index): Edit[] => {
    const suffix = ` Why and whom to ask: ${revision.origin}/why/${explanationCode(revision, index)}`;
    const justification = rule.children.get('justification');
    if (justification?.range && typeof justification.value === 'string') {
      const [from, to] = justification.range;
      return [extend(contents.slice(from, to), { from, to }, justification.value, suffix)];
    }
    const decision = rule.children.get('decision');
    if (!decision || justification) return [];
    return [insert(contents, rule, decision, `Policy “${revision.name}” decides this.${suffix}`)];
  });
  let linked = '';
  let done = 0;
  for (const { from, to, text } of edits.sort((left, right) => left.from - right.from)) {
    linked += contents.slice(done, from) + text;
    done = to;
  }
  return linked + contents.slice(done);
}
