import path from 'node:path';
import { mergeRequirements, printToml, validateDocument } from '#server/policies/index.ts';
import { type ConfigLayer, keyOf, type Refusal, type Values, valueAt } from './config-layer.ts';
import type { PolicyFragment, Surroundings } from './read-layers.ts';
import { readTomlFile } from './read-toml-layer.ts';

/** Which document of the policy demands something, as the client names it. */
export interface Demand {
  /** TOML path of the key, e.g. `allowed_sandbox_modes`. */
  path: readonly string[];
  /** e.g. `enterprise-managed requirements Contractors (req_1)`. */
  source: string;
  line: number | null;
}

interface RequirementLayer {
  source: string;
  values: Values;
  lineOf(path: readonly string[]): number | null;
}

export interface Requirements {
  values: Values;
  /** The strongest document that says something about the key. */
  demandOf(path: readonly string[]): Demand;
  refusals: Refusal[];
}

/** A machine's own files may say these, a policy from a server may not: the client reads them before it asks, or not at all. */
const localOnly = [
  'allowed_login_methods',
  'allowed_chatgpt_workspaces',
  'cli_auth_credentials_store',
  'chatgpt_base_url',
];

const without = (values: Values, keys: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));

/** The older managed file allows exactly what it sets; reading is always allowed, and whoever reviews automatically may also ask. */
function requirementsOfManaged({ source, values, lineOf }: ConfigLayer): RequirementLayer | null {
  if (source.type !== 'legacyManagedConfigTomlFromFile') return null;
  const approval = keyOf(values, 'approval_policy');
  const reviewer = keyOf(values, 'approvals_reviewer');
  const sandbox = keyOf(values, 'sandbox_mode');
  const required: Record<string, unknown> = {
    ...(approval === undefined ? {} : { allowed_approval_policies: [approval] }),
    ...(reviewer === undefined
      ? {}
      : { allowed_approvals_reviewers: reviewer === 'user' ? ['user'] : ['auto_review', 'user'] }),
    ...(sandbox === undefined
      ? {}
      : { allowed_sandbox_modes: sandbox === 'read-only' ? ['read-only'] : ['read-only', sandbox] }),
  };
  const writtenAs: Record<string, string> = {
    allowed_approval_policies: 'approval_policy',
    allowed_approvals_reviewers: 'approvals_reviewer',
    allowed_sandbox_modes: 'sandbox_mode',
  };
  return { source: source.file, values: required, lineOf: ([key = '']) => lineOf([writtenAs[key] ?? key]) };
}

/**
 * What the machine and the policy demand, the strongest first: the older managed file, the fragments in their order, the system file.
 */
export function readRequirements(
  { files, systemFolder }: Pick<Surroundings, 'files' | 'systemFolder'>,
  fragments: readonly PolicyFragment[],
  layers: readonly ConfigLayer[],
): Requirements {
  const refusals: Refusal[] = [];
  const managed = layers.map(requirementsOfManaged).filter((layer) => layer !== null);
  const cloud = fragments.map(({ id, name, contents }): RequirementLayer => {
    const source = `enterprise-managed requirements ${name} (${id})`;
    const { content, refusal } = readTomlFile(contents, null);
    if (refusal) refusals.push({ ...refusal, message: `invalid cloud config bundle: ${source}: ${refusal.message}` });
    return { source, values: without(content.values, localOnly), lineOf: content.lineOf };
  });
  const file = path.join(systemFolder, 'requirements.toml');
  const system = readTomlFile(files.read(file) ?? '', file);
  if (system.refusal) refusals.push(system.refusal);
  const all = [...managed, ...cloud, { source: file, ...system.content }];
  const values = all.reduce<Values>((higher, lower) => mergeRequirements(higher, lower.values), {});
  const demandOf = (at: readonly string[]): Demand => {
    const layer = all.find((candidate) => valueAt(candidate.values, at) !== undefined);
    return { path: at, source: layer?.source ?? '', line: layer?.lineOf(at) ?? null };
  };
  for (const { severity, message, keyPath } of validateDocument(printToml(values), { providerId: '' })) {
    if (severity !== 'error') continue;
    const demand = demandOf([keyPath?.match(/^[\w-]+/)?.[0] ?? '']);
    refusals.push({ message: `${message} (set by ${demand.source})`, file: demand.source, line: demand.line });
  }
  return { values, demandOf, refusals };
}
