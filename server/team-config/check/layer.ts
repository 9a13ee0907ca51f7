import type { TeamConfigCode } from '#contract/team-config-codes.ts';
import type { Span, TomlNode } from '#server/policies/index.ts';
import type { Findings } from './findings.ts';

/** A config.toml that could be read. */
export interface Layer {
  folder: string;
  file: string;
  text: string;
  root: TomlNode;
}

export const failsToStart = 'Codex ends with an error in this folder.';

export type Tell = (code: TeamConfigCode, message: string, fix: string) => void;

/** Says something about one place of a layer. */
export const tellAt =
  (layer: Pick<Layer, 'file'>, at: Span, findings: Findings): Tell =>
  (code, message, fix) =>
    findings.add({ code, file: layer.file, at, message, fix });
