import { isTable, type Values } from './config-layer.ts';

const lists = { exclude: 'exclude', include_only: 'include' } as const;
type ListName = keyof typeof lists;
const listNames = Object.keys(lists) as ListName[];

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** The older lists as the newer table of patterns. */
function asFilters(policy: Values): Values {
  const { exclude, include_only, filters, ...rest } = policy;
  const patterns: Record<string, unknown> = {};
  for (const [pattern, action] of Object.entries(isTable(filters) ? filters : {}))
    patterns[pattern.toLowerCase()] = action;
  const written = { exclude, include_only };
  for (const name of listNames)
    for (const pattern of textsOf(written[name])) patterns[pattern.toLowerCase()] ??= lists[name];
  return Object.keys(patterns).length === 0 ? rest : { ...rest, filters: patterns };
}

/** The newer table of patterns as the older lists. */
function asLists({ filters, ...rest }: Values): Values {
  const policy: Record<string, unknown> = { ...rest };
  for (const [pattern, action] of Object.entries(isTable(filters) ? filters : {}))
    for (const name of listNames) {
      const others = textsOf(policy[name]).filter((item) => item.toLowerCase() !== pattern.toLowerCase());
      if (lists[name] === action) policy[name] = [...others, pattern.toLowerCase()];
      else if (policy[name] !== undefined) policy[name] = others;
    }
  return policy;
}

/**
 * `shell_environment_policy` can be written in two ways, as lists or as a table of patterns. What a lower layer says is brought into
 * the way of the higher one, and a pattern that the higher one moves to the other list leaves the first.
 */
export function alignFilters(lower: Values, higher: Values): Values {
  const usesFilters = Object.hasOwn(higher, 'filters');
  const usesLists = listNames.some((name) => Object.hasOwn(higher, name));
  const aligned = usesFilters && !usesLists ? asFilters(lower) : usesLists && !usesFilters ? asLists(lower) : lower;
  const result: Record<string, unknown> = { ...aligned };
  for (const [mine, other] of [listNames, [...listNames].reverse()] as [ListName, ListName][]) {
    const moved = new Set(textsOf(higher[mine]).map((item) => item.toLowerCase()));
    if (moved.size > 0 && Array.isArray(result[other]))
      result[other] = textsOf(result[other]).filter((item) => !moved.has(item.toLowerCase()));
  }
  return result;
}
