import { nodeAt, type TomlNode } from './read-toml.ts';
import { regexProblem } from './regex-problem.ts';
import type { Report } from './report.ts';

const refuses = 'A client that gets this document refuses to start.';
const endsSessions = 'A client that gets this document starts and then fails every session.';

/** At these moments there is nothing to match, and clients do not look at the expression. */
const withoutMatcher: readonly string[] = [
  'UserPromptSubmit',
  'Stop',
  'Interrupt',
  'PreModelRequest',
  'PostModelRequest',
];

const neededKeys: Readonly<Record<string, readonly string[]>> = { command: ['command'], mcp_tool: ['server', 'tool'] };

interface Hook {
  root: TomlNode;
  report: Report;
  /** Broken hooks end sessions only while hooks run at all. */
  severity: 'error' | 'warning';
}

function checkHandler({ report, severity }: Hook, handler: TomlNode, path: readonly string[]): void {
  const type = String(handler.children.get('type')?.value);
  for (const key of neededKeys[type] ?? []) {
    const node = handler.children.get(key);
    if (node === undefined) {
      const message = `A hook of type "${type}" needs the key \`${key}\`. ${refuses}`;
      report({ severity: 'error', code: 'missing-key', at: handler.key, path, message });
    } else if (typeof node.value === 'string' && node.value.trim() === '') {
      const message = `\`${key}\` of a hook must not be blank. ${endsSessions}`;
      report({ severity, code: 'broken-hook', at: node, path: [...path, key], message });
    }
  }
  if (type === 'prompt' || type === 'agent') {
    const message = `No client runs hooks of type "${type}" yet. ${endsSessions} Use "command".`;
    report({
      severity,
      code: 'broken-hook',
      at: handler.children.get('type') ?? handler.key,
      path: [...path, 'type'],
      message,
    });
  }
}

function checkGroup(hook: Hook, group: TomlNode, path: readonly string[]): boolean {
  const handlers = group.children.get('hooks');
  for (const [index, handler] of handlers?.children ?? []) checkHandler(hook, handler, [...path, 'hooks', index]);
  const matcher = group.children.get('matcher');
  const isRead = handlers !== undefined && handlers.children.size > 0 && !withoutMatcher.includes(path[1] ?? '');
  if (isRead && typeof matcher?.value === 'string' && matcher.value !== '*') {
    const problem = regexProblem(matcher.value);
    if (problem !== null) {
      const message = `${matcher.found} is no regular expression: ${problem}. ${endsSessions}`;
      const { report, severity } = hook;
      report({ severity, code: 'bad-regex', at: matcher, path: [...path, 'matcher'], message });
    }
  }
  return [...(handlers?.children.values() ?? [])].some((handler) => handler.children.get('type')?.value === 'command');
}

function remarkOnPrograms(root: TomlNode, hooks: TomlNode, report: Report): void {
  if (!hooks.children.has('managed_dir') && !hooks.children.has('windows_managed_dir')) {
    const message =
      'Clients do not bring the programs of hooks. Put them on the machines with your device management and name their folder in `managed_dir`.';
    report({ severity: 'warning', code: 'hook-folder-missing', at: hooks.key, path: ['hooks'], message });
  }
  if (nodeAt(root, ['features', 'hooks'])?.value !== true) {
    const message = 'Members can switch hooks off. Add `hooks = true` under `[features]` to keep them on.';
    report({ severity: 'warning', code: 'hooks-not-pinned', at: hooks.key, path: ['hooks'], message });
  }
}

/** Hooks a client would refuse, or start with and then fail: managed hooks are required, one that cannot load ends every session. */
export function checkHooks(root: TomlNode, report: Report): void {
  const hooks = root.children.get('hooks');
  const areOff = nodeAt(root, ['features', 'hooks'])?.value === false;
  const hook: Hook = { root, report, severity: areOff ? 'warning' : 'error' };
  let runsPrograms = false;
  for (const [moment, groups] of hooks?.children ?? []) {
    if (!Array.isArray(groups.value)) continue;
    for (const [index, group] of groups.children) {
      if (checkGroup(hook, group, ['hooks', moment, index])) runsPrograms = true;
    }
  }
  if (hooks && runsPrograms) remarkOnPrograms(root, hooks, report);
}
