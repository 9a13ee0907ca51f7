import { parser } from '@lezer/python';
import { decodeString } from './decode-string.ts';
import { notUnderstood, type RulesFileError, refused } from './rules-problem.ts';

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

export type StarlarkValue =
  | { kind: 'string'; text: string; from: number; to: number }
  | { kind: 'list'; items: StarlarkValue[]; from: number; to: number }
  | { kind: 'bool'; isTrue: boolean; from: number; to: number }
  /** A value no parameter takes; `typeName` is the client's word for it. */
  | { kind: 'other'; typeName: string; from: number; to: number };

export interface StarlarkCall {
  name: string;
  positional: StarlarkValue[];
  named: Map<string, StarlarkValue>;
  from: number;
  to: number;
}

const strayReturn = 'A carriage return without a line feed is not evaluated here.';
const BLANK = /^(?: |\r?\n|\\\r?\n)*$/;

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** Space between what the grammar read. The client takes tabs only on lines that hold nothing else. */
function checkGap(text: string, from: number, to: number, isTopLevel: boolean): void {
  const gap = text.slice(from, to);
  if (BLANK.test(gap) && !(isTopLevel && /^ +\\/m.test(gap))) return;
  const stray = /\r(?!\n)/.exec(gap);
  if (stray && text[from + stray.index + 1] !== '\n') {
    const at = from + stray.index;
    throw notUnderstood(at, at + 1, strayReturn);
  }
  let start = from;
  for (const line of gap.split('\n')) {
    const end = start + line.length;
    const isLineStart = start === 0 || text[start - 1] === '\n';
    const isAlone = isTopLevel && isLineStart && /^[\n\r#]?$/.test(text[end] ?? '');
    const odd = isAlone ? /[^ \t\r\\]|(?<=[ \t])\\/.exec(line) : /[^ \\\r]|\r(?!$)|\\(?!\r?$)/.exec(line);
    if (odd) {
      const at = start + odd.index;
      const message =
        odd[0] === '\t' ? 'The client takes no tabs here; use spaces.' : 'The client cannot read this character.';
      throw refused(at, at + 1, message);
    }
    start = end + 1;
  }
}

/** The client takes one in a comment on a line of its own, and in no other. */
function checkComment(text: string, { from, to }: SyntaxNode): void {
  const at = text.slice(from, to).indexOf('\r');
  if (at >= 0) throw notUnderstood(from + at, from + at + 1, strayReturn);
}

function checkGaps(text: string, node: SyntaxNode, isTopLevel: boolean): void {
  let end = node.from;
  for (const child of childrenOf(node)) {
    checkGap(text, end, child.from, isTopLevel);
    if (child.name === 'Comment') checkComment(text, child);
    else if (!/String$/.test(child.name)) checkGaps(text, child, false);
    end = child.to;
  }
  if (node.firstChild) checkGap(text, end, node.to, isTopLevel);
}

function readValue(text: string, node: SyntaxNode): StarlarkValue {
  const { from, to } = node;
  const written = text.slice(from, to);
  const inner = childrenOf(node).filter(({ name }) => name !== 'Comment');
  if (node.name === 'String') return { kind: 'string', text: decodeString(written, from), from, to };
  if (node.name === 'Boolean') return { kind: 'bool', isTrue: written === 'True', from, to };
  if (node.name === 'None') return { kind: 'other', typeName: 'NoneType', from, to };
  if (node.name === 'Number' && /^(0|[1-9]\d*)$/.test(written)) return { kind: 'other', typeName: 'int', from, to };
  if (node.name === 'ContinuedString')
    throw refused(from, to, 'Two strings side by side: the client wants one, or a comma between them.');
  if (node.name === 'ParenthesizedExpression' && inner[1]) return readValue(text, inner[1]);
  if (node.name !== 'ArrayExpression' && node.name !== 'TupleExpression') {
    throw notUnderstood(
      from,
      to,
      'Only strings, lists and True or False are evaluated here; the client may compute a value.',
    );
  }
  const items = inner.filter(({ name }) => !/^[[\](),]$/.test(name)).map((child) => readValue(text, child));
  if (node.name === 'TupleExpression') return { kind: 'other', typeName: 'tuple', from, to };
  return { kind: 'list', items, from, to };
}

function readArguments(text: string, argumentList: SyntaxNode, call: StarlarkCall): void {
  const parts = childrenOf(argumentList).filter(({ name }) => !/^[(),]$/.test(name) && name !== 'Comment');
  for (let at = 0; at < parts.length; at += 1) {
    const [part, operator, value] = [parts[at], parts[at + 1], parts[at + 2]];
    if (!part) continue;
    if (part.name === '*' || part.name === '**')
      throw notUnderstood(part.from, part.to, 'Unpacked arguments are not evaluated here.');
    if (operator?.name === 'AssignOp' && value) {
      const name = text.slice(part.from, part.to);
      const isName = part.name === 'VariableName' && text.slice(operator.from, operator.to) === '=';
      if (!isName) throw refused(part.from, operator.to, 'An argument is written name=value.');
      if (call.named.has(name)) throw refused(part.from, part.to, `${name} is given twice.`);
      call.named.set(name, readValue(text, value));
      at += 2;
    } else {
      if (call.named.size > 0) throw refused(part.from, part.to, 'Arguments without a name come first.');
      call.positional.push(readValue(text, part));
    }
  }
}

function readStatement(text: string, node: SyntaxNode): StarlarkCall[] {
  const { from, to } = node;
  if (node.name === 'Comment' || node.name === 'PassStatement' || node.name === ';') return [];
  const expression = node.firstChild;
  if (node.name === 'StatementGroup') return childrenOf(node).flatMap((child) => readStatement(text, child));
  if (node.name !== 'ExpressionStatement' || !expression) {
    throw notUnderstood(from, to, 'Only calls of prefix_rule, network_rule and host_executable are evaluated here.');
  }
  const [callee, argumentList, ...more] = childrenOf(expression);
  if (expression.name === 'CallExpression' && callee?.name === 'VariableName' && argumentList && more.length === 0) {
    const name = text.slice(callee.from, callee.to);
    const call: StarlarkCall = { name, positional: [], named: new Map(), from, to: expression.to };
    readArguments(text, argumentList, call);
    return [call];
  }
  readValue(text, expression);
  return [];
}

function checkStatementStart(text: string, node: SyntaxNode): void {
  const lineStart = text.lastIndexOf('\n', node.from - 1) + 1;
  const before = text.slice(lineStart, node.from);
  if (node.name !== 'Comment' && before !== '' && before.trim() === '') {
    throw refused(lineStart, node.from, 'A statement starts at the beginning of its line.');
  }
  const doubled = /;[\s\\]*;/.exec(text.slice(node.from, node.to));
  const isGroup = node.name === 'StatementGroup';
  const semicolons = isGroup
    ? childrenOf(node).filter((child, at, all) => child.name === ';' && all[at - 1]?.name === ';')
    : [];
  const [stray] = semicolons;
  if (stray && doubled) throw refused(stray.from, stray.to, 'Nothing stands between the two semicolons.');
}

function findSyntaxError(text: string, top: SyntaxNode): RulesFileError | null {
  let found: RulesFileError | null = null;
  top.cursor().iterate((node) => {
    if (found || !node.type.isError) return found === null;
    const written = text.slice(node.from, node.to);
    const what = written === '' ? 'Something is missing here' : `“${written}” does not belong here`;
    found = refused(node.from, node.to, `${what}: the client cannot read the file.`);
    return false;
  });
  return found;
}

/** The calls a rules file makes, in order. Throws a RulesFileError for the first thing that stands in the way. */
export function readStarlark(text: string): StarlarkCall[] {
  // The grammar takes a lone carriage return for the end of a line, the client does not; both views have equal length.
  const view = text.replace(/\\\r\n/g, ' \\\n').replace(/\r(?!\n)/g, ' ');
  const top = parser.parse(view).topNode;
  const syntaxError = findSyntaxError(text, top);
  if (syntaxError) throw syntaxError;
  checkGaps(text, top, true);
  if (!top.firstChild) checkGap(text, 0, text.length, true);
  const statements = childrenOf(top);
  for (const statement of statements) checkStatementStart(text, statement);
  return statements.flatMap((statement) => readStatement(text, statement));
}
