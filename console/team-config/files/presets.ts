import type { BundleFile } from '#contract/team-config-files.ts';
import { textFile, withFile } from '../working-files.ts';

export type PresetKind = 'skill' | 'rules' | 'file';

export interface Preset {
  title: string;
  label: string;
  /** What the field asks for, and an example of it. */
  description: string;
  placeholder: string;
  pathOf: (typed: string) => string;
  contentOf: (typed: string) => string;
}

const skill = (name: string) => `---
name: ${name}
description: Says in one sentence when to use this skill; every session reads it.
---

# ${name}

Say step by step what to do.
`;

const rules = `# Rules for commands, in Starlark. The strictest that matches decides.
prefix_rule(
    pattern = ["git", "push"],
    decision = "prompt",
    justification = "A person looks at what leaves the machine.",
)
`;

export const presets: Record<PresetKind, Preset> = {
  skill: {
    title: 'Add a skill',
    label: 'Name of the skill',
    description: 'A folder with a SKILL.md. Small letters, digits and hyphens.',
    placeholder: 'review-migrations',
    pathOf: (name) => (name === '' ? '' : `.codex/skills/${name}/SKILL.md`),
    contentOf: skill,
  },
  rules: {
    title: 'Add a rules file',
    label: 'Name of the file',
    description: 'Says which commands run, ask or are refused. Without the ending “.rules”.',
    placeholder: 'default',
    pathOf: (name) => (name === '' ? '' : `.codex/rules/${name.replace(/\.rules$/, '')}.rules`),
    contentOf: () => rules,
  },
  file: {
    title: 'Add a file',
    label: 'Path of the file',
    description: 'AGENTS.md, or below .codex/ or .agents/; folders are made as needed.',
    placeholder: '.codex/config.toml',
    pathOf: (path) => path,
    contentOf: () => '',
  },
};

export const addPreset = (files: readonly BundleFile[], kind: PresetKind, typed: string): BundleFile[] =>
  withFile(files, textFile(presets[kind].pathOf(typed), presets[kind].contentOf(typed)));
