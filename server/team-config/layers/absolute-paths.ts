import path from 'node:path';
import { isTable, setKey, type Values } from './config-layer.ts';

/** Keys whose value is a path; `*` stands for any key, `#` for each entry of a list. */
const pathKeys: readonly (readonly string[])[] = [
  ['log_dir'],
  ['sqlite_home'],
  ['model_catalog_json'],
  ['model_instructions_file'],
  ['experimental_compact_prompt_file'],
  ['js_repl_node_path'],
  ['js_repl_node_module_dirs', '#'],
  ['sandbox_workspace_write', 'writable_roots', '#'],
  ['agents', '*', 'config_file'],
  ['skills', 'config', '#', 'path'],
  ['model_providers', '*', 'auth', 'cwd'],
  ...['exporter', 'trace_exporter', 'metrics_exporter'].flatMap((exporter) =>
    ['ca-certificate', 'client-certificate', 'client-private-key'].map((file) => ['otel', exporter, '*', 'tls', file]),
  ),
];

interface PathPlace {
  /** Folder that relative paths start from. */
  from: string;
  /** What `~` stands for. */
  home: string;
}

/** As the client does: `~` and `~/…` are the home, anything else starts from the folder of the file; no links are followed. */
function absolutePath(written: string, { from, home }: PathPlace): string {
  if (written === '~') return home;
  const tilde = written.startsWith('~/');
  const resolved = path.posix.resolve(tilde ? home : from, tilde ? written.slice(2) : written);
  return resolved;
}

function resolveAt(value: unknown, rest: readonly string[], place: PathPlace): unknown {
  const [step, ...below] = rest;
  if (step === undefined) return typeof value === 'string' ? absolutePath(value, place) : value;
  if (step === '#') return Array.isArray(value) ? value.map((item) => resolveAt(item, below, place)) : value;
  if (!isTable(value)) return value;
  const table: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value))
    setKey(table, key, step === '*' || step === key ? resolveAt(item, below, place) : item);
  return table;
}

/** The same values with every path absolute, so that layers of different folders can be put together. */
export const withAbsolutePaths = (values: Values, place: PathPlace): Values =>
  pathKeys.reduce<Values>((table, key) => resolveAt(table, key, place) as Values, values);
