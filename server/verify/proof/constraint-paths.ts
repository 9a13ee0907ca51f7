export type KeyPath = readonly string[];
export type Values = Readonly<Record<string, unknown>>;

export const isTable = (value: unknown): value is Values =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const reservedPermissions = ['filesystem', 'network'];

/** Tables that say one thing together, so that they are tried as one: a rule, an MCP server, a list of hosts. */
const whole: readonly RegExp[] = [
  /^allowed_permission_profiles$/,
  /^remote_sandbox_config$/,
  /^(mcp_servers|plugins|apps|model_providers)\.[^.]+$/,
  /^marketplaces\.allowed_sources\.[^.]+$/,
  /^hooks\.[^.]+$/,
  /^otel\.[^.]+$/,
  /^experimental_network\.[^.]+$/,
  /^browser_use\.[^.]+$/,
  /^computer_use\.[^.]+$/,
  /^application\.(network|storage)\.[^.]+$/,
];

const isWhole = (path: KeyPath): boolean => {
  if (path[0] === 'permissions' && path.length === 2) return !reservedPermissions.includes(path[1] ?? '');
  return whole.some((pattern) => pattern.test(path.map((part) => part.replaceAll('.', '_')).join('.')));
};

function* walk(value: unknown, path: KeyPath): Generator<KeyPath> {
  if (path.join('.') === 'rules.prefix_rules' && Array.isArray(value)) {
    for (const index of value.keys()) yield [...path, String(index)];
    return;
  }
  const entries = isTable(value) ? Object.entries(value) : [];
  if (entries.length === 0 || isWhole(path)) {
    if (path.length > 0) yield path;
    return;
  }
  for (const [key, below] of entries) yield* walk(below, [...path, key]);
}

/** Everything a policy states, one path for each thing that can be tried by itself. */
export const constraintPaths = (values: Values): KeyPath[] => [...walk(values, [])];

const word = (part: string): string => (/^[\w-]+$/.test(part) ? part : JSON.stringify(part));

/** `rules.prefix_rules[0]`, `mcp_servers.good`, `features.memories` */
export const writePath = (path: KeyPath): string =>
  path.reduce((written, part, index) => {
    if (/^\d+$/.test(part) && path[index - 1] === 'prefix_rules') return `${written}[${part}]`;
    return written === '' ? word(part) : `${written}.${word(part)}`;
  }, '');

/** Undefined when there is nothing. */
export function valueAt(values: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((value, part) => {
    if (Array.isArray(value)) return value[Number(part)];
    return isTable(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }, values);
}

/** Whether everything that is wanted is there: tables may hold more, because Reeve adds its own keys; a list is exactly the list. */
export function covers(actual: unknown, wanted: unknown): boolean {
  if (isTable(wanted))
    return isTable(actual) && Object.entries(wanted).every(([key, below]) => covers(actual[key], below));
  if (Array.isArray(wanted))
    return (
      Array.isArray(actual) && actual.length === wanted.length && wanted.every((one, at) => covers(actual[at], one))
    );
  return actual === wanted;
}
