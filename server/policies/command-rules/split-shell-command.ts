import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { specialCharacter } from './splittable-words.ts';

export type ShellSplit =
  | { commands: string[][]; obstacle: null }
  /** `obstacle` names what keeps the client from splitting the command line. */
  | { commands: null; obstacle: string };

const STRUCTURE: ReadonlySet<string> = new Set(['program', 'list', 'pipeline', 'command']);
const SEPARATORS: ReadonlySet<string> = new Set(['&&', '||', ';', '|', '\n']);

const OBSTACLES: Readonly<Record<string, string>> = {
  '&': 'it runs something in the background',
  '|&': 'it pipes the error output',
  ansi_c_string: 'it has a $’…’ string',
  arithmetic_expansion: 'it calculates',
  case_statement: 'it has a case',
  command_substitution: 'it inserts the output of a command',
  comment: 'it has a comment',
  compound_statement: 'it groups commands',
  declaration_command: 'it declares variables',
  expansion: 'it has a variable',
  file_redirect: 'it redirects input or output',
  for_statement: 'it has a loop',
  function_definition: 'it defines a function',
  heredoc_redirect: 'it has a here-document',
  herestring_redirect: 'it has a here-string',
  if_statement: 'it has a condition',
  negated_command: 'it negates a command',
  process_substitution: 'it inserts the output of a command',
  redirected_statement: 'it redirects input or output',
  simple_expansion: 'it has a variable',
  subshell: 'it runs commands in a subshell',
  test_command: 'it has a test in brackets',
  unset_command: 'it unsets variables',
  variable_assignment: 'it sets a variable',
  variable_assignments: 'it sets a variable',
  while_statement: 'it has a loop',
};

class Obstacle extends Error {}

const children = (node: Node): Node[] => node.children.filter((child) => child !== null);

function readPlainWord(node: Node): string {
  const special = specialCharacter(node.text);
  if (special !== null) throw new Obstacle(`“${special}” stands outside quotes`);
  if (node.text.startsWith('=')) throw new Obstacle('a word starts with “=”');
  return node.text;
}

function readPart(node: Node): string {
  if (node.type === 'word' || node.type === 'number') return readPlainWord(node);
  if (node.type === 'raw_string') return node.text.slice(1, -1);
  if (node.type === 'string') {
    const [inner] = children(node).filter(({ type }) => type !== '"' && type !== 'string_content');
    if (inner) throw new Obstacle(OBSTACLES[inner.type] ?? `a string has “${inner.type}” in it`);
    const text = node.text.slice(1, -1);
    if (/\\[$`"\\\n]/.test(text)) throw new Obstacle('a string in double quotes has an escape');
    return text;
  }
  throw new Obstacle(OBSTACLES[node.type] ?? `it has “${node.text}” in it`);
}

function readWord(node: Node): string {
  if (node.type !== 'concatenation') return readPart(node);
  const text = children(node).map(readPart).join('');
  if (text === '') throw new Obstacle('a word is made of empty strings');
  return text;
}

function readCommand(node: Node): string[] {
  return children(node).map((child) => {
    if (child.type !== 'command_name') return readWord(child);
    const [word, ...more] = children(child);
    if (word?.type !== 'word' || more.length > 0) throw new Obstacle('the name of a command is not a plain word');
    return readPlainWord(word);
  });
}

function readCommands(node: Node): string[][] {
  return children(node).flatMap((child) => {
    if (child.type === 'command') return [readCommand(child)];
    if (STRUCTURE.has(child.type)) return readCommands(child);
    if (SEPARATORS.has(child.type) || child.type.trim() === '') return [];
    throw new Obstacle(OBSTACLES[child.type] ?? `the client does not split at “${child.type}”`);
  });
}

export interface ShellReader {
  /**
   * The commands of a command line as the client judges them: plain words joined by `&&`, `||`, `;`, `|` and line breaks.
   * Everything else is judged as one, `bash -lc '<command line>'`. Seen alike on 0.163 and 0.169; 0.140 and older also
   * split words with wildcards, braces, `~` and backslashes, and look at the one command before a here-document.
   */
  split(commandLine: string): ShellSplit;
  /** The words of every command in it, however deep, for remarks only: variables and escapes stay as written. */
  allCommands(commandLine: string): string[][];
}

function splitTree(root: Node): ShellSplit {
  if (root.hasError) return { commands: null, obstacle: 'it is not complete' };
  try {
    const commands = readCommands(root);
    return commands.length === 0 ? { commands: null, obstacle: 'it has no command' } : { commands, obstacle: null };
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error;
    return { commands: null, obstacle: error.message };
  }
}

const looseWord = (node: Node): string => node.text.replace(/["'\\]/g, '');

async function openReader(): Promise<ShellReader> {
  await Parser.init();
  const grammar = fileURLToPath(import.meta.resolve('tree-sitter-bash/tree-sitter-bash.wasm'));
  const parser = new Parser().setLanguage(await Language.load(grammar));
  const parsed = <T>(commandLine: string, read: (root: Node) => T): T => {
    const tree = parser.parse(commandLine);
    if (tree === null) throw new Error('the shell grammar gave no tree');
    try {
      return read(tree.rootNode);
    } finally {
      tree.delete();
    }
  };
  return {
    split: (commandLine) => parsed(commandLine, splitTree),
    allCommands: (commandLine) =>
      parsed(commandLine, (root) =>
        root.descendantsOfType('command').flatMap((node) =>
          node === null
            ? []
            : [
                children(node)
                  .filter(({ type }) => !/redirect|assignment/.test(type))
                  .map(looseWord),
              ],
        ),
      ),
  };
}

let reader: Promise<ShellReader> | null = null;

/** Loads the grammar once; later calls share it. */
export function openShellReader(): Promise<ShellReader> {
  reader ??= openReader();
  return reader;
}
