import type { BundleFile, TeamConfigCheck } from '#contract/team-config-files.ts';
import type { TomlNode } from '#server/policies/index.ts';
import { type ConfigLayer, readLayers, valueIn } from '../files/config-layers.ts';
import { type Project, projectOfBundle, textOf } from '../files/project.ts';
import { checkBundles } from './check-bundles.ts';
import { checkConfig } from './check-config.ts';
import { checkHooks } from './check-hooks.ts';
import { checkInstructions } from './check-instructions.ts';
import { checkRules, type ReadRules } from './check-rules.ts';
import { checkSkills } from './check-skills.ts';
import { type Findings, openFindings } from './findings.ts';
import { checkAllowed } from './policy/check-allowed.ts';
import { checkDecided } from './policy/check-decided.ts';
import { checkRulesUnder } from './policy/check-rules-under.ts';
import { type NamedRequirements, openPolicy } from './policy/policy.ts';

export interface TeamConfigOptions {
  /** The requirements of a member, the highest first: of their policy, then of a baseline under it. */
  policy?: NamedRequirements | readonly NamedRequirements[] | null;
}

interface Parts {
  layers: readonly ConfigLayer[];
  hooks: readonly { file: string; table: TomlNode }[];
  rules: readonly ReadRules[];
}

function checkUnderPolicy(documents: readonly NamedRequirements[], parts: Parts, findings: Findings): void {
  const { policy, unreadable } = openPolicy(documents);
  if (!policy) {
    const message = `The policy “${unreadable}” is not TOML, so nothing was compared with it.`;
    findings.add({ code: 'policy-unreadable', file: '.codex', message, fix: 'Correct the policy.' });
    return;
  }
  for (const { file, root } of parts.layers) {
    if (!root) continue;
    const comparison = { policy, file, root, findings };
    checkAllowed(comparison);
    checkDecided(comparison);
  }
  if (policy.values.allow_managed_hooks_only === true)
    for (const { file, table } of parts.hooks) {
      if (table.children.size === 0) continue;
      const message = `None of these hooks runs: ${policy.source('allow_managed_hooks_only')} leaves hooks of repositories out.`;
      findings.add({
        code: 'policy-skips-hooks',
        file,
        at: table.key,
        message,
        fix: 'Remove them, or ask for managed ones.',
      });
    }
  checkRulesUnder(policy, parts.rules, findings);
}

const isProject = (input: Project | readonly BundleFile[]): input is Project => !Array.isArray(input);

/**
 * What is wrong with what a repository, or a bundle, brings for Codex: by itself and under a policy. Findings stand by file and place;
 * an `error` is what the newest tested client refuses or leaves out. Reads nothing but its arguments and never throws on any bytes.
 */
export function checkTeamConfig(
  input: Project | readonly BundleFile[],
  { policy = null }: TeamConfigOptions = {},
): TeamConfigCheck {
  const project = isProject(input) ? input : projectOfBundle(input);
  const findings = openFindings((path) => {
    const file = project.files.get(path);
    return file ? textOf(file) : null;
  });
  for (const { path, leaves } of project.files.values())
    if (leaves)
      findings.add({
        code: 'link-leaves-repository',
        file: path,
        message: 'This link leaves the repository, so nothing behind it was read. It leads elsewhere on every machine.',
        fix: 'Put the files into the repository.',
      });
  const layers = readLayers(project);
  checkConfig(project, layers, findings);
  const rules = checkRules(project, findings);
  const hooks = checkHooks(project, layers, findings);
  const skills = checkSkills(project, (folder) => countIn(layers, folder, 'model_context_window'), findings);
  checkInstructions(project, instructionSettings(layers), findings);
  checkBundles(project, findings);
  if (policy) checkUnderPolicy([policy].flat(), { layers, hooks, rules }, findings);
  return { findings: findings.sorted(), skills };
}

function countIn(layers: readonly ConfigLayer[], folder: string, key: string): number | null {
  const value = valueIn(layers, folder, key);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}

const instructionSettings = (layers: readonly ConfigLayer[]) => ({
  maxBytes: (folder: string) => countIn(layers, folder, 'project_doc_max_bytes'),
  fallbackNames: (folder: string) => {
    const value = valueIn(layers, folder, 'project_doc_fallback_filenames');
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  },
});
