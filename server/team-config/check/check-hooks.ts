import { defaultTables } from '#contract/requirements/default-tables.ts';
import { checkShape, regexProblem, type Span, type TomlNode } from '#server/policies/index.ts';
import type { ConfigLayer } from '../files/config-layers.ts';
import { foldersWith, join, type Project, textOf } from '../files/project.ts';
import { readJson } from '../files/read-json.ts';
import { type Findings, stretchOf } from './findings.ts';
import { failsToStart } from './layer.ts';

const events = Object.keys(defaultTables.hooks.properties ?? {});
const noHookRuns = 'Clients show a warning and run none of the hooks of this file.';

interface Hooks {
  file: string;
  /** The table with a list for each event. */
  table: TomlNode;
}

const neededKeys: Readonly<Record<string, readonly string[]>> = { command: ['command'], mcp_tool: ['server', 'tool'] };

/** The keys a handler lacks, with the handler. */
function* incomplete(table: TomlNode): Generator<{ handler: TomlNode; type: string; key: string }> {
  for (const [event, groups] of table.children)
    for (const group of events.includes(event) ? groups.children.values() : [])
      for (const handler of group.children.get('hooks')?.children.values() ?? []) {
        const type = String(handler.children.get('type')?.value);
        for (const key of neededKeys[type] ?? []) if (!handler.children.has(key)) yield { handler, type, key };
      }
}

function checkHandler({ file }: Hooks, handler: TomlNode, findings: Findings): void {
  const type = handler.children.get('type');
  if (type?.value === 'prompt' || type?.value === 'agent')
    findings.add({
      code: 'hook-skipped',
      file,
      at: type.span,
      message: `Clients skip hooks of the type ${type.found}: they do not run them yet.`,
      fix: 'Use a hook of the type "command".',
    });
  const command = handler.children.get('command');
  if (typeof command?.value === 'string' && command.value.trim() === '')
    findings.add({
      code: 'hook-skipped',
      file,
      at: command.span,
      message: 'Clients skip a hook whose `command` is blank.',
      fix: 'Write the command, or remove the hook.',
    });
}

function checkEvents(hooks: Hooks, findings: Findings): void {
  const { file, table } = hooks;
  for (const [event, groups] of table.children) {
    // Beside the events config.toml keeps the state of hooks here, in small letters.
    if (!events.includes(event) && /^[A-Z]/.test(event)) {
      const near = findings.closest('hook-event-unknown', event, events);
      findings.add({
        code: 'hook-event-unknown',
        file,
        at: groups.key,
        message: `There is no event \`${event}\`${near ? `; did you mean \`${near}\`?` : '.'} Its hooks never run.`,
        fix: near ? `Write \`${near}\`.` : `Use one of ${events.join(', ')}.`,
      });
      continue;
    }
    for (const group of groups.children.values()) {
      const matcher = group.children.get('matcher');
      const problem = typeof matcher?.value === 'string' && matcher.value !== '*' ? regexProblem(matcher.value) : null;
      if (matcher && problem !== null && event.endsWith('ToolUse'))
        findings.add({
          code: 'hook-matcher',
          file,
          at: matcher.span,
          message: `${matcher.found} is no regular expression (${problem}), so clients skip these hooks.`,
          fix: 'Correct it.',
        });
      for (const handler of group.children.get('hooks')?.children.values() ?? [])
        checkHandler(hooks, handler, findings);
    }
  }
}

/** The `hooks` of a hooks.json, when clients can read it. */
function readHooksFile(text: string, file: string, findings: Findings): TomlNode | null {
  const refuse = (at: Span, message: string, fix: string) =>
    findings.add({ code: 'hooks-unreadable', file, at, message: `${message} ${noHookRuns}`, fix });
  const { root, problem } = readJson(text, (from, to) => stretchOf(text, from, to));
  if (problem) {
    refuse(
      stretchOf(text, problem.from, problem.to),
      `This cannot be read as JSON: ${problem.message}.`,
      'Correct it.',
    );
    return null;
  }
  const strange = [...root.children].find(([key]) => key !== 'hooks' && key !== 'description');
  if (strange) {
    const [key, node] = strange;
    refuse(
      node.key,
      `A hooks file has the keys \`description\` and \`hooks\`; \`${key}\` is none of them.`,
      'Remove it.',
    );
    return null;
  }
  const table = root.children.get('hooks');
  if (!table) return null;
  let isRefused = false;
  const wrap = { value: { hooks: table.value }, children: new Map([['hooks', table]]) };
  checkShape(
    { ...root, ...wrap },
    text,
    ({ at, message }) => {
      isRefused = true;
      refuse('span' in at ? at.span : at, message.trim(), 'Correct it.');
    },
    { type: 'object', properties: { hooks: defaultTables.hooks } },
    '',
  );
  for (const { handler, type, key } of incomplete(table)) {
    isRefused = true;
    refuse(handler.span, `A hook of the type "${type}" needs \`${key}\`.`, 'Add it.');
  }
  return isRefused ? null : table;
}

/** `.codex/hooks.json` of each folder, and the hooks in config.toml. */
export function checkHooks(project: Project, layers: readonly ConfigLayer[], findings: Findings): Hooks[] {
  const ofConfig = layers.flatMap(({ file, root }) => {
    const table = root?.children.get('hooks');
    return table ? [{ file, table }] : [];
  });
  const ofFiles = foldersWith(project, '.codex/hooks.json').flatMap((folder) => {
    const file = join(folder, '.codex/hooks.json');
    const found = project.files.get(file);
    const text = found ? textOf(found) : null;
    if (text === null) {
      findings.add({
        code: 'unreadable-file',
        file,
        message: 'This file is not UTF-8 text.',
        fix: 'Save it as UTF-8.',
      });
      return [];
    }
    const table = readHooksFile(text, file, findings);
    const inConfig = ofConfig.find((each) => each.file === join(folder, '.codex/config.toml'));
    if (table && inConfig && inConfig.table.children.size > 0)
      findings.add({
        code: 'hooks-twice',
        file,
        message: `${inConfig.file} has hooks as well: clients run both, with a warning at every start.`,
        fix: 'Keep them in one of the two files.',
      });
    return table ? [{ file, table }] : [];
  });
  for (const { file, table } of ofConfig)
    for (const { handler, type, key } of incomplete(table)) {
      const message = `A hook of the type "${type}" needs \`${key}\`. ${failsToStart}`;
      findings.add({ code: 'missing-key', file, at: handler.span, message, fix: 'Add it.' });
    }
  const all = [...ofConfig, ...ofFiles];
  for (const hooks of all) checkEvents(hooks, findings);
  return all;
}
