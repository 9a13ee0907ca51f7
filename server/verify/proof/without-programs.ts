import { parse, stringify } from 'smol-toml';
import { isTable, type KeyPath, writePath } from './constraint-paths.ts';

type Table = Record<string, unknown>;

const program = 'names a program; Reeve does not run programs of a policy on its own server';
const environment =
  'decides which programs are found under their names; Reeve does not run programs of a policy on its own server';
const file = 'names a file; Reeve shows no client the files of its own server';

/** Keys at the top of a document. */
const keys: Readonly<Record<string, string>> = {
  notify: program,
  js_repl_node_path: program,
  shell_environment_policy: environment,
  model_instructions_file: file,
  model_catalog_json: file,
  experimental_compact_prompt_file: file,
};

const isHandler = (handler: unknown): boolean =>
  isTable(handler) &&
  (handler.type === 'command' ||
    ['command', 'commandWindows', 'command_windows'].some((key) => Object.hasOwn(handler, key)));

const runsPrograms = (groups: unknown): boolean =>
  Array.isArray(groups) &&
  groups.some((group) => isTable(group) && Array.isArray(group.hooks) && group.hooks.some(isHandler));

/** What the entries of a table may not hold; an empty path: the whole entry goes. */
const entries: readonly { table: string; holds: string; leave: KeyPath; because: string }[] = [
  { table: 'mcp_servers', holds: 'command', leave: [], because: program },
  { table: 'model_providers', holds: 'auth', leave: ['auth'], because: program },
  { table: 'model_providers', holds: 'credential_file', leave: ['credential_file'], because: file },
  { table: 'agents', holds: 'config_file', leave: ['config_file'], because: file },
  { table: 'plugins', holds: 'mcp_servers', leave: ['mcp_servers'], because: program },
];

function* named(values: Table, kind: 'contents' | 'defaults'): Generator<{ path: KeyPath; because: string }> {
  for (const [key, because] of Object.entries(keys)) if (Object.hasOwn(values, key)) yield { path: [key], because };
  const hooks = isTable(values.hooks) ? values.hooks : {};
  for (const [key, value] of Object.entries(hooks))
    if (/managed_dir$/.test(key) || runsPrograms(value)) yield { path: ['hooks', key], because: program };
  for (const { table, holds, leave, because } of entries) {
    // What the constraints say of plugins is which servers there may be, not what to start.
    if (table === 'plugins' && kind === 'contents') continue;
    const listed = values[table];
    for (const [name, entry] of Object.entries(isTable(listed) ? listed : {}))
      if (isTable(entry) && Object.hasOwn(entry, holds)) yield { path: [table, name, ...leave], because };
  }
  // Plugins from there bring programs; the constraints only say which sources are allowed.
  if (kind === 'defaults' && Object.hasOwn(values, 'marketplaces')) yield { path: ['marketplaces'], because: program };
}

/** Takes a key away, and the tables that are empty without it. */
function without(table: Table, [key = '', ...below]: KeyPath): Table {
  const { [key]: value, ...rest } = table;
  if (below.length === 0 || !isTable(value)) return rest;
  const left = without({ ...value }, below);
  return Object.keys(left).length === 0 ? rest : { ...rest, [key]: left };
}

export interface LeftOut {
  /** As the policy writes it, for example `hooks.PreToolUse`. */
  path: string;
  because: string;
}

/** A document without what would run programs, or read files, of the server; byte for byte the same where there is nothing. */
export function withoutPrograms(
  document: string,
  kind: 'contents' | 'defaults',
): { document: string; leftOut: LeftOut[] } {
  const values: Table = { ...parse(document) };
  const found = [...named(values, kind)];
  if (found.length === 0) return { document, leftOut: [] };
  const left = found.reduce((table, { path }) => without(table, path), values);
  const leftOut = found.map(({ path, because }) => ({ path: writePath(path), because }));
  return { document: stringify(left), leftOut };
}
