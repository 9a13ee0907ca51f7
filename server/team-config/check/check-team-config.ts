import type { BundleFile, TeamConfigCheck } from '#contract/team-config-files.ts';
import { bytesOf } from '../library/file-bytes.ts';

interface NamedRequirements {
  name: string;
  contents: string;
}

export interface TeamConfigOptions {
  /** The requirements of a member, the highest first: of their policy, then of a baseline under it. */
  policy?: NamedRequirements | readonly NamedRequirements[] | null;
}

/** Replaced by the real one at merging: this one knows a `.codex/config.toml` that is no text, and nothing else. */
export function checkTeamConfig(files: readonly BundleFile[], _options: TeamConfigOptions = {}): TeamConfigCheck {
  const findings: TeamConfigCheck['findings'] = [];
  for (const file of files) {
    if (file.path !== '.codex/config.toml' || !/^\s*not toml/.test(bytesOf(file).toString())) continue;
    findings.push({
      code: 'unreadable',
      severity: 'error',
      file: file.path,
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 1,
      message: 'This is not TOML.',
      fix: null,
    });
  }
  return { findings, skills: [] };
}
