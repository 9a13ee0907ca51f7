import { readToml, type Span, type TomlNode } from '#server/policies/index.ts';
import { chainOf, foldersWith, join, type Project, textOf } from './project.ts';

/** A `.codex/config.toml`: a layer of its own, for its folder and all below. */
export interface ConfigLayer {
  /** Of the folder that holds `.codex`; empty: the root of the repository. */
  folder: string;
  file: string;
  /** Null: not UTF-8, or larger than 1 MiB. */
  text: string | null;
  /** Null: not TOML. */
  root: TomlNode | null;
  problem: (Span & { message: string }) | null;
}

function readLayer(project: Project, folder: string): ConfigLayer {
  const file = join(folder, '.codex/config.toml');
  const found = project.files.get(file);
  const text = found ? textOf(found) : null;
  const reading = text === null ? { root: null, problem: null } : readToml(text);
  return { folder, file, text, ...reading };
}

/** The layers of a repository, the outer ones first. */
export const readLayers = (project: Project): ConfigLayer[] =>
  foldersWith(project, '.codex/config.toml').map((folder) => readLayer(project, folder));

/** The value of a top-level key in a folder: the nearest layer wins. */
export function valueIn(layers: readonly ConfigLayer[], folder: string, key: string): unknown {
  const chain = chainOf(folder);
  const nearest = layers.findLast((layer) => chain.includes(layer.folder) && layer.root?.children.has(key));
  return nearest?.root?.children.get(key)?.value;
}
