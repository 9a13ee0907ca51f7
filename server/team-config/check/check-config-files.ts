import path from 'node:path';
import type { TomlNode } from '#server/policies/index.ts';
import { join, type Project } from '../files/project.ts';
import type { Findings } from './findings.ts';
import { failsToStart, type Layer, tellAt } from './layer.ts';

const fileKeys = ['model_instructions_file', 'model_catalog_json', 'experimental_compact_prompt_file'];

/** Whether a file is missing; what lies outside the repository is somebody else's, and a bundle knows only its own files. */
function isMissing(project: Project, layer: Layer, node: TomlNode): boolean {
  if (typeof node.value !== 'string' || path.posix.isAbsolute(node.value) || node.value.startsWith('~')) return false;
  const place = path.posix.normalize(join(join(layer.folder, '.codex'), node.value));
  return !place.startsWith('..') && project.has(place) === false;
}

/** Files that config.toml names; relative paths start at its own folder. */
export function checkConfigFiles(project: Project, layer: Layer, findings: Findings): void {
  for (const key of fileKeys) {
    const node = layer.root.children.get(key);
    if (!node || !isMissing(project, layer, node)) continue;
    const message = `\`${key}\` names ${node.found}, and there is no such file beside config.toml. ${failsToStart}`;
    tellAt(layer, node.span, findings)('missing-file', message, 'Add the file, or correct its path.');
  }
  for (const [name, role] of layer.root.children.get('agents')?.children ?? []) {
    const node = role.children.get('config_file');
    if (!node || !isMissing(project, layer, node)) continue;
    const message = `The agent role \`${name}\` names ${node.found}, and there is no such file beside config.toml: clients leave the role out.`;
    tellAt(layer, node.span, findings)('agent-role-ignored', message, 'Add the file, or correct its path.');
  }
}
