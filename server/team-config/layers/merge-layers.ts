import { renamedKeys } from './client-keys.ts';
import { type ConfigLayer, isTable, keyOf, setKey, type Values, valueAt } from './config-layer.ts';
import { alignFilters } from './environment-filters.ts';

/** The same values under the newer names of keys; where both are there the newer one counts. */
function withNewNames(values: Values): Values {
  let renamed = values;
  for (const { table, from, to } of renamedKeys) {
    const inner = keyOf(renamed, table);
    if (!isTable(inner) || !Object.hasOwn(inner, from)) continue;
    const { [from]: older, ...rest } = inner;
    renamed = { ...renamed, [table]: Object.hasOwn(rest, to) ? rest : { ...rest, [to]: older } };
  }
  return renamed;
}

/** Older names of values; layers are shown with the newer one. */
export const withNewValues = (values: Values): Values =>
  keyOf(values, 'approvals_reviewer') === 'guardian_subagent'
    ? { ...values, approvals_reviewer: 'auto_review' }
    : values;

/** Host names are the same in every spelling, but only where two layers have some: otherwise they stay as written. */
const isHosts = ([permissions, , network, domains, ...rest]: readonly string[]): boolean =>
  permissions === 'permissions' && network === 'network' && domains === 'domains' && rest.length === 0;

function inLowerCase(table: Values): Values {
  const lowered: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(table)) setKey(lowered, key.toLowerCase(), value);
  return lowered;
}

function mergeValue(lower: unknown, higher: unknown, path: readonly string[]): unknown {
  if (!isTable(lower) || !isTable(higher)) return higher;
  if (isHosts(path)) return { ...inLowerCase(lower), ...inLowerCase(higher) };
  const base = path.length === 1 && path[0] === 'shell_environment_policy' ? alignFilters(lower, higher) : lower;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(higher))
    setKey(merged, key, Object.hasOwn(base, key) ? mergeValue(base[key], value, [...path, key]) : value);
  return merged;
}

/** Tables are put together key by key; any other value of the higher layer replaces the lower one, lists as a whole. */
export const mergeTables = (lower: Values, higher: Values): Values =>
  mergeValue(withNewNames(lower), withNewNames(higher), []) as Values;

/** @param layers from the weakest to the strongest; disabled ones do not count */
export const mergeLayers = (layers: readonly ConfigLayer[]): Values =>
  layers
    .filter(({ disabledReason }) => disabledReason === null)
    .reduce<Values>((merged, { values }) => mergeTables(merged, values), {});

/** Every value that is not a table, with its path; a list is one value. */
export function* leavesOf(
  values: Values,
  above: readonly string[] = [],
): Generator<{ path: string[]; value: unknown }> {
  for (const [key, value] of Object.entries(values)) {
    const path = [...above, key];
    if (isTable(value)) yield* leavesOf(value, path);
    else yield { path, value };
  }
}

interface Contribution {
  /** Place of the layer in the list, from the weakest. */
  layer: number;
  value: unknown;
  line: number | null;
}

function saidAt(values: Values, path: readonly string[]): unknown {
  const table = path.slice(0, -1);
  const hosts = isHosts(table) ? valueAt(values, table) : undefined;
  return isTable(hosts) ? keyOf(inLowerCase(hosts), path.at(-1)?.toLowerCase() ?? '') : valueAt(values, path);
}

/** Which layers say something about a path, the strongest first. */
export function contributions(layers: readonly ConfigLayer[], path: readonly string[]): Contribution[] {
  return layers
    .flatMap((layer, place) => {
      const value = saidAt(withNewNames(layer.values), path);
      return value === undefined || layer.disabledReason !== null
        ? []
        : [{ layer: place, value, line: layer.lineOf(path) }];
    })
    .reverse();
}
