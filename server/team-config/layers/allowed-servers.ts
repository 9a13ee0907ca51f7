import { isTable, keyOf, type Values, valueAt } from './config-layer.ts';
import type { PolicyEffect } from './policy-effects.ts';
import type { Demand, Requirements } from './read-requirements.ts';

function matchesText(rule: unknown, text: unknown): boolean {
  if (typeof text !== 'string') return false;
  if (typeof rule === 'string') return rule === text;
  const match = keyOf(rule, 'match');
  const value = keyOf(rule, 'value');
  if (match === 'regex') {
    const expression = keyOf(rule, 'expression');
    try {
      return typeof expression === 'string' && new RegExp(`^(?:${expression})$`, 'u').test(text);
    } catch {
      return false;
    }
  }
  if (typeof value !== 'string') return false;
  return match === 'prefix' ? text.startsWith(value) : value === text;
}

/** A command is one text, or a program with the arguments it must have. */
function matchesCommand(rule: unknown, server: Values): boolean {
  if (!isTable(rule)) return matchesText(rule, keyOf(server, 'command'));
  const wanted = keyOf(rule, 'args');
  const args = keyOf(server, 'args');
  const rules = Array.isArray(wanted) ? wanted : [];
  const given = Array.isArray(args) ? args : [];
  return (
    matchesText(keyOf(rule, 'executable'), keyOf(server, 'command')) &&
    rules.length === given.length &&
    rules.every((one, place) => matchesText(one, given[place]))
  );
}

function isAllowed(allowed: Values, name: string, server: Values): boolean {
  const identity = valueAt(allowed, [name, 'identity']);
  const command = keyOf(identity, 'command');
  return command === undefined
    ? matchesText(keyOf(identity, 'url'), keyOf(server, 'url'))
    : matchesCommand(command, server);
}

/** Which servers stay off because the policy's list does not have them, by name and identity. The client says nothing about it. */
export function serverEffects({ values, demandOf }: Requirements, merged: Values): PolicyEffect[] {
  const allowed = keyOf(values, 'mcp_servers');
  const servers = keyOf(merged, 'mcp_servers');
  if (!isTable(allowed) || !isTable(servers)) return [];
  return Object.entries(servers).flatMap(([name, server]) => {
    if (!isTable(server) || isAllowed(allowed, name, server)) return [];
    const isListed = Object.hasOwn(allowed, name);
    const demand: Demand = demandOf(isListed ? ['mcp_servers', name] : ['mcp_servers']);
    return [{ path: ['mcp_servers', name, 'enabled'], value: false, demand }];
  });
}
