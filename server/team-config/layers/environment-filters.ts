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

/**
 * `shell_environment_policy` can be written in two ways, as lists or as a table of patterns. Where a higher layer has the table, the
 * lists below it become part of it; where it has lists, the table below is dropped.
 */
export function alignFilters(lower: Values, higher: Values): Values {
  const usesFilters = Object.hasOwn(higher, 'filters');
  const usesLists = listNames.some((name) => Object.hasOwn(higher, name));
  if (usesFilters === usesLists) return lower;
  if (usesFilters) return asFilters(lower);
  const { filters: _dropped, ...rest } = lower;
  return rest;
}
