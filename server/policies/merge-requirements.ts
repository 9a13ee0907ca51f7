type Values = Readonly<Record<string, unknown>>;

const isTable = (value: unknown): value is Values =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Lists that add up instead of the higher one replacing the lower one. */
const addsUp = (path: string): boolean => path === 'rules.prefix_rules' || /^hooks\.[A-Z]\w*$/.test(path);

const union = (higher: unknown, lower: unknown): unknown[] => [...new Set([...asList(higher), ...asList(lower)])];

function mergeValue(higher: unknown, lower: unknown, path: string): unknown {
  if (path === 'permissions.filesystem.deny_read') return union(higher, lower);
  if (addsUp(path)) return [...asList(higher), ...asList(lower)];
  // An app that either of them switches off stays off.
  if (/^apps\.[^.]+\.enabled$/.test(path) && lower === false) return false;
  return isTable(higher) && isTable(lower) ? mergeTables(higher, lower, path) : higher;
}

function mergeTables(higher: Values, lower: Values, path: string): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...higher };
  for (const [key, value] of Object.entries(lower)) {
    const below = path === '' ? key : `${path}.${key}`;
    merged[key] = Object.hasOwn(higher, key) ? mergeValue(higher[key], value, below) : value;
  }
  return merged;
}

/** Within one document the first host that fits replaces `allowed_sandbox_modes`; a mode the higher one sets itself is not replaced. */
function mergeHosts(higher: Values, lower: Values): readonly unknown[] {
  const own = asList(higher.remote_sandbox_config);
  return higher.allowed_sandbox_modes === undefined ? [...own, ...asList(lower.remote_sandbox_config)] : own;
}

/** The two ways to write the same list of hosts exclude each other within one document. */
const hostLists = ['allowed_domains', 'denied_domains'];

function withoutOtherWay(higher: unknown, lower: unknown): unknown {
  if (!isTable(higher) || !isTable(lower)) return lower;
  const usesLists = hostLists.some((name) => Object.hasOwn(higher, name));
  const unwanted = Object.hasOwn(higher, 'domains') ? hostLists : usesLists ? ['domains'] : [];
  return Object.fromEntries(Object.entries(lower).filter(([name]) => !unwanted.includes(name)));
}

/**
 * Two readable requirements documents as the one that newer clients make of two fragments: what the higher one sets wins, tables are
 * merged by key, rules and hooks add up, denied paths unite. For clients that take one document only.
 */
export function mergeRequirements(higher: Values, lower: Values): Record<string, unknown> {
  const network = 'experimental_network';
  const rest = Object.hasOwn(lower, network)
    ? { ...lower, [network]: withoutOtherWay(higher[network], lower[network]) }
    : lower;
  const { remote_sandbox_config: _hosts, ...merged } = mergeTables(higher, rest, '');
  const hosts = mergeHosts(higher, lower);
  return hosts.length === 0 ? merged : { ...merged, remote_sandbox_config: hosts };
}
