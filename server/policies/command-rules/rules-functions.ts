import path from 'node:path';
import { checkHost } from './check-host.ts';
import type { StarlarkCall, StarlarkValue } from './read-starlark.ts';
import type { Decision } from './rule-set.ts';
import { notUnderstood, refused } from './rules-problem.ts';
import { splitWords } from './split-words.ts';

/** The client trims as Unicode does, which counts no byte order mark as white space. */
const isBlank = (text: string): boolean => /^[\p{White_Space}]*$/u.test(text);

export type Example = { words: string[]; from: number; to: number };

const PARAMETERS = {
  prefix_rule: ['pattern', 'decision', 'match', 'not_match', 'justification', 'canonical_matching'],
  network_rule: ['host', 'protocol', 'decision', 'justification'],
  host_executable: ['name', 'paths'],
} as const;
type FunctionName = keyof typeof PARAMETERS;
const isFunction = (name: string): name is FunctionName => name in PARAMETERS;

// Functions of the language itself; a call of anything else is an error to the client.
const BUILT_IN = new Set(
  'abs all any bool chr dict dir enumerate fail float getattr hasattr hash int len list max min ord range repr reversed set sorted str tuple type zip'.split(
    ' ',
  ),
);

const typeOf = (value: StarlarkValue): string => (value.kind === 'other' ? value.typeName : value.kind);

function wrongType(name: string, expected: string, value: StarlarkValue) {
  return refused(value.from, value.to, `${name} must be ${expected}, not ${typeOf(value)}.`);
}

/** The arguments of a call by the names of the function's parameters. */
export function bindArguments(call: StarlarkCall): { name: FunctionName; values: Map<string, StarlarkValue> } {
  const { name, from, to } = call;
  if (BUILT_IN.has(name)) throw notUnderstood(from, to, `${name}(…) is not evaluated here.`);
  if (!isFunction(name)) {
    const known = Object.keys(PARAMETERS).join(', ');
    throw refused(from, from + name.length, `There is no function ${name}; there are ${known}.`);
  }
  const parameters: readonly string[] = PARAMETERS[name];
  const values = new Map<string, StarlarkValue>();
  for (const [at, value] of call.positional.entries()) {
    const parameter = parameters[at];
    if (parameter === undefined)
      throw refused(value.from, value.to, `${name} takes ${parameters.length} arguments at most.`);
    values.set(parameter, value);
  }
  for (const [parameter, value] of call.named) {
    if (!parameters.includes(parameter))
      throw refused(value.from, value.to, `${name} has no argument ${parameter}; it has ${parameters.join(', ')}.`);
    if (values.has(parameter)) throw refused(value.from, value.to, `${parameter} is given twice.`);
    values.set(parameter, value);
  }
  return { name, values };
}

export function requireValue(call: StarlarkCall, values: Map<string, StarlarkValue>, name: string): StarlarkValue {
  const value = values.get(name);
  if (value === undefined) throw refused(call.from, call.to, `${call.name} needs ${name}.`);
  return value;
}

export function readText(name: string, value: StarlarkValue): string {
  if (value.kind !== 'string') throw wrongType(name, 'a string', value);
  return value.text;
}

function readItems(name: string, value: StarlarkValue): StarlarkValue[] {
  if (value.kind !== 'list') throw wrongType(name, 'a list', value);
  return value.items;
}

export function readFlag(name: string, value: StarlarkValue): boolean {
  if (value.kind !== 'bool') throw wrongType(name, 'True or False', value);
  return value.isTrue;
}

export function readPattern(value: StarlarkValue): string[][] {
  const items = readItems('pattern', value);
  if (items.length === 0) throw refused(value.from, value.to, 'The pattern is empty.');
  return items.map((item) => {
    if (item.kind === 'string') return [item.text];
    if (item.kind !== 'list') throw wrongType('An entry of the pattern', 'a string or a list of strings', item);
    if (item.items.length === 0) throw refused(item.from, item.to, 'The list of alternatives is empty.');
    return item.items.map((word) => readText('An alternative', word));
  });
}

export function readDecision(value: StarlarkValue, { isNetwork }: { isNetwork: boolean }): Decision {
  const text = readText('decision', value);
  if (isNetwork && text === 'deny') return 'forbidden';
  if (text === 'allow' || text === 'prompt' || text === 'forbidden') return text;
  throw refused(value.from, value.to, `There is no decision “${text}”; there are allow, prompt and forbidden.`);
}

export function readJustification(value: StarlarkValue): string {
  const text = readText('justification', value);
  if (isBlank(text)) throw refused(value.from, value.to, 'The justification is blank; leave it out instead.');
  return text;
}

export function readExamples(name: string, value: StarlarkValue): Example[] {
  return readItems(name, value).map((item): Example => {
    const { from, to } = item;
    if (item.kind === 'string') {
      const words = splitWords(item.text);
      if (words === null) throw refused(from, to, 'The example has a quote without an end.');
      if (words.length === 0) throw refused(from, to, 'The example is empty.');
      return { words, from, to };
    }
    if (item.kind !== 'list') throw wrongType('An example', 'a string or a list of strings', item);
    if (item.items.length === 0) throw refused(from, to, 'The example is empty.');
    return { words: item.items.map((word) => readText('A word of an example', word)), from, to };
  });
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  http: 'http',
  https: 'https',
  https_connect: 'https',
  'http-connect': 'https',
  socks5_tcp: 'socks5_tcp',
  socks5_udp: 'socks5_udp',
};

export function readProtocol(value: StarlarkValue): string {
  const text = readText('protocol', value);
  const protocol = Object.hasOwn(PROTOCOLS, text) ? PROTOCOLS[text] : undefined;
  if (protocol === undefined)
    throw refused(
      value.from,
      value.to,
      `There is no protocol “${text}”; there are http, https, socks5_tcp and socks5_udp.`,
    );
  return protocol;
}

export function readHost(value: StarlarkValue): string {
  const checked = checkHost(readText('host', value));
  if ('problem' in checked) throw refused(value.from, value.to, checked.problem);
  return checked.host;
}

export function readProgramName(value: StarlarkValue): string {
  const name = readText('name', value);
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    throw refused(value.from, value.to, 'The name is the bare name of a program, without a path.');
  }
  return name;
}

export function readProgramPaths(value: StarlarkValue, name: string): string[] {
  const paths = readItems('paths', value).map((item) => {
    const written = readText('A path', item);
    if (!written.startsWith('/')) throw refused(item.from, item.to, 'The path must be absolute.');
    const resolved = path.posix.resolve(written);
    if (path.posix.basename(resolved) !== name) throw refused(item.from, item.to, `The path must end in ${name}.`);
    return resolved;
  });
  return [...new Set(paths)];
}
