import { builtInValues, valuesOfTables } from './client-keys.ts';
import { isTable, type Values, valueAt } from './config-layer.ts';
import { leavesOf } from './merge-layers.ts';
import type { TrustDecision } from './project-trust.ts';

/** Every table that a pattern such as `mcp_servers.*` names. */
function tablesAt(values: unknown, pattern: readonly string[], above: readonly string[] = []): string[][] {
  const [step, ...rest] = pattern;
  if (!isTable(values)) return [];
  if (step === undefined) return [[...above]];
  const keys = step === '*' ? Object.keys(values) : Object.hasOwn(values, step) ? [step] : [];
  return keys.flatMap((key) => tablesAt(values[key], rest, [...above, key]));
}

/** Who decided about the folder may write in it; who decided against it is asked about everything. */
export const defaultsOfFolder = ({ level }: TrustDecision) => ({
  approval_policy: level === 'untrusted' ? 'untrusted' : 'on-request',
  sandbox_mode: level === null ? 'read-only' : 'workspace-write',
});

/** What holds beside what the layers say. A server reached by address takes no arguments. */
export function builtInSettings(merged: Values): { path: string[]; value: unknown }[] {
  const ofTables = valuesOfTables.flatMap(({ table, values }) =>
    tablesAt(merged, table).flatMap((above) => [...leavesOf(values, above)]),
  );
  const args = tablesAt(merged, ['mcp_servers', '*'])
    .filter((server) => valueAt(merged, [...server, 'command']) !== undefined)
    .map((server) => ({ path: [...server, 'args'], value: [] }));
  return [...leavesOf(builtInValues), ...ofTables, ...args].filter(({ path }) => valueAt(merged, path) === undefined);
}
