import path from 'node:path';
import { withAbsolutePaths } from './absolute-paths.ts';
import { ignoredInProjects } from './client-keys.ts';
import {
  type ConfigLayer,
  isTable,
  keyOf,
  type LayerSource,
  type Refusal,
  type Values,
  writeKey,
} from './config-layer.ts';
import type { MachineFiles } from './machine-files.ts';
import { mergeLayers, mergeTables, withNewValues } from './merge-layers.ts';
import { findGitCheckout, findProjectRoot, type GitCheckout, projectFolders } from './project-folders.ts';
import { decideTrust, disabledReason, type TrustChoice, type TrustDecision } from './project-trust.ts';
import { readTomlFile, type TomlFile } from './read-toml-layer.ts';
import { layerOfFlags } from './session-flags.ts';

/** A document that comes with a policy; `id` and `name` are how clients name it. */
export interface PolicyFragment {
  id: string;
  name: string;
  contents: string;
}

export interface Surroundings {
  files: MachineFiles;
  /** Absolute. */
  cwd: string;
  codexHome: string;
  /** What `~` stands for. */
  home: string;
  /** `/etc/codex`, in which the system files are looked for. */
  systemFolder: string;
  /** `config_toml` fragments, the first one first: it beats the others. */
  defaults: readonly PolicyFragment[];
  /** `-c key=value`, in order. */
  flags: readonly string[];
  profile: string | null;
  trust: TrustChoice;
}

interface ReadLayers {
  /** From the weakest to the strongest. */
  layers: ConfigLayer[];
  /** Of the working folder, which also decides how careful the client is there. */
  trust: TrustDecision;
  warnings: string[];
  refusals: Refusal[];
}

const layer = (source: LayerSource, content: TomlFile, from: string, home: string): ConfigLayer => ({
  source,
  values: withNewValues(withAbsolutePaths(content.values, { from, home })),
  lineOf: content.lineOf,
  disabledReason: null,
});

class LayerReader {
  readonly layers: ConfigLayer[] = [];
  readonly warnings: string[] = [];
  readonly refusals: Refusal[] = [];
  readonly where: Surroundings;

  constructor(where: Surroundings) {
    this.where = where;
  }

  /** A file that is not there is an empty one. */
  content(file: string): TomlFile {
    const { content, refusal } = readTomlFile(this.where.files.read(file) ?? '', file);
    if (refusal) this.refusals.push(refusal);
    return content;
  }

  add(source: LayerSource, content: TomlFile, from: string): void {
    this.layers.push(layer(source, content, from, this.where.home));
  }

  addSystem(): void {
    const file = path.join(this.where.systemFolder, 'config.toml');
    this.add({ type: 'system', file }, this.content(file), this.where.systemFolder);
  }

  addDefaults(): void {
    for (const { id, name, contents } of this.where.defaults.toReversed()) {
      const { content, refusal } = readTomlFile(contents, null);
      if (refusal)
        this.refusals.push({ ...refusal, message: `invalid cloud config bundle: ${name} (${id}): ${refusal.message}` });
      this.add({ type: 'enterpriseManaged', id, name }, content, this.where.codexHome);
    }
  }

  addUser(): void {
    const { codexHome, profile } = this.where;
    const file = path.join(codexHome, 'config.toml');
    const user = this.content(file);
    this.add({ type: 'user', file, profile: null }, user, codexHome);
    if (profile === null) return;
    const own = path.join(codexHome, `${profile}.config.toml`);
    if (keyOf(user.values, 'profile') === profile || keyOf(keyOf(user.values, 'profiles'), profile) !== undefined)
      this.refusals.push({
        message: `--profile \`${profile}\` cannot be used while ${file} contains legacy \`profile = "${profile}"\` or \`[profiles.${profile}]\` config; move those settings into ${own} and remove the legacy profile selector/table.`,
        file,
        line: user.lineOf([keyOf(user.values, 'profile') === profile ? 'profile' : 'profiles']),
      });
    this.add({ type: 'user', file: own, profile }, this.content(own), codexHome);
  }

  /** Settings of a linked worktree are its own, its hooks are those of the main checkout. */
  hooksFrom(folder: string, checkout: GitCheckout | null): string | null {
    if (checkout === null || checkout.mainRoot === null) return null;
    const below = path.relative(checkout.root, folder);
    return below.startsWith('..') ? null : path.join(checkout.mainRoot, below, '.codex');
  }

  projectValues(folder: string, checkout: GitCheckout | null, isTrusted: boolean): TomlFile {
    const file = path.join(folder, '.codex/config.toml');
    const { content, refusal } = readTomlFile(this.where.files.read(file) ?? '', file);
    // What an untrusted project says is not even read.
    if (refusal && isTrusted)
      this.refusals.push({ ...refusal, message: `Error parsing project config file ${refusal.message}` });
    const { values, ignored } = withoutIgnored(content.values);
    if (isTrusted && ignored.length > 0)
      this.warnings.push(
        `Ignored unsupported project-local config keys in ${file}: ${ignored.join(', ')}. If you want these settings to apply, manually set them in your user-level config.toml.`,
      );
    const hooksFolder = this.hooksFrom(folder, checkout);
    if (hooksFolder === null) return { ...content, values };
    const { hooks: _own, ...rest } = values;
    const main = readTomlFile(this.where.files.read(path.join(hooksFolder, 'config.toml')) ?? '', null).content;
    const hooks = keyOf(main.values, 'hooks');
    return { ...content, values: hooks === undefined ? rest : { ...rest, hooks } };
  }

  addProject(): TrustDecision {
    const { files, cwd, codexHome, home, trust, flags } = this.where;
    const merged = mergeTables(mergeLayers(this.layers), layerOfFlags(flags));
    const markers = keyOf(merged, 'project_root_markers');
    const root = findProjectRoot(files, cwd, Array.isArray(markers) ? markers.map(String) : ['.git']);
    const checkout = findGitCheckout(files, cwd);
    const decide = (folder: string) => decideTrust(files, merged, folder, { root, checkout }, trust);
    for (const folder of projectFolders(root, cwd)) {
      const dotCodexFolder = path.join(folder, '.codex');
      if (files.kind(dotCodexFolder) !== 'folder') continue;
      if (files.realPath(dotCodexFolder) === files.realPath(codexHome)) continue;
      const decision = decide(folder);
      const content = this.projectValues(folder, checkout, decision.level === 'trusted');
      this.layers.push({
        ...layer({ type: 'project', dotCodexFolder }, content, dotCodexFolder, home),
        disabledReason: disabledReason(decision, path.join(codexHome, 'config.toml')),
      });
    }
    return decide(cwd);
  }

  addFlags(): void {
    const { flags, cwd, home } = this.where;
    if (flags.length === 0) return;
    const values = withAbsolutePaths(layerOfFlags(flags), { from: cwd, home });
    this.layers.push({ source: { type: 'sessionFlags' }, values, lineOf: () => null, disabledReason: null });
  }

  addManaged(): void {
    const file = path.join(this.where.systemFolder, 'managed_config.toml');
    if (this.where.files.kind(file) === null) return;
    this.add({ type: 'legacyManagedConfigTomlFromFile', file }, this.content(file), this.where.systemFolder);
  }
}

function withoutIgnored(values: Values): { values: Values; ignored: string[] } {
  const ignored: string[] = [];
  let left = values;
  for (const key of ignoredInProjects) {
    const [top = '', below] = key;
    const value = keyOf(left, top);
    if (value === undefined) continue;
    if (below === undefined) {
      const { [top]: _dropped, ...rest } = left;
      left = rest;
    } else if (isTable(value) && Object.hasOwn(value, below)) {
      const { [below]: _dropped, ...rest } = value;
      left = { ...left, [top]: rest };
    } else continue;
    ignored.push(writeKey(key));
  }
  return { values: left, ignored };
}

/**
 * Everything the client reads its settings from, in its order: system file, defaults of the policy, the member's file, a profile, the
 * `.codex` folders from the project's root down, the command line, and last the older managed file, which beats all.
 */
export function readLayers(where: Surroundings): ReadLayers {
  const reader = new LayerReader(where);
  reader.addSystem();
  reader.addDefaults();
  reader.addUser();
  const trust = reader.addProject();
  reader.addFlags();
  reader.addManaged();
  return { layers: reader.layers, trust, warnings: reader.warnings, refusals: reader.refusals };
}
