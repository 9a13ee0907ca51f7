import { defaultsShape } from '#contract/requirements/default-keys.ts';
import { checkShape, printToml, readToml } from '#server/policies/index.ts';
import { type ConfigLayer, isTable, keyOf, nameOfSource, type Refusal, type Values, valueAt } from './config-layer.ts';
import type { MachineFiles } from './machine-files.ts';
import { contributions } from './merge-layers.ts';
import type { Requirements } from './read-requirements.ts';

interface Start {
  files: MachineFiles;
  layers: readonly ConfigLayer[];
  merged: Values;
  requirements: Requirements;
}

/** Providers that come with the client. */
const builtInProviders = ['openai', 'amazon-bedrock', 'ollama', 'lmstudio'];

const filesThatMustExist: readonly { key: string; failure: (file: string) => string }[] = [
  { key: 'model_instructions_file', failure: (file) => `failed to read model instructions file ${file}` },
  {
    key: 'experimental_compact_prompt_file',
    failure: (file) => `failed to read experimental compact prompt file ${file}`,
  },
  { key: 'model_catalog_json', failure: (file) => `cannot read the list of models ${file}` },
];

/** Types and values, by the same description as the defaults of a policy. */
function* wrongShapes(merged: Values): Generator<{ path: string[]; message: string }> {
  const document = printToml(merged);
  const { root } = readToml(document);
  if (!root) return;
  const found: { path: string[]; message: string }[] = [];
  checkShape(root, document, ({ path, message }) => void found.push({ path: [...path], message }), defaultsShape);
  for (const { path, message } of found)
    yield { path, message: message.replace(' A client that gets this document refuses to start.', '') };
}

function* wrongPermissions(merged: Values, requirements: Requirements): Generator<{ path: string[]; message: string }> {
  const chosen = keyOf(merged, 'default_permissions');
  const profiles = keyOf(merged, 'permissions');
  const names = isTable(profiles) ? Object.keys(profiles) : [];
  const managed = keyOf(requirements.values, 'permissions');
  if (chosen === undefined && names.length > 0 && !isTable(keyOf(requirements.values, 'allowed_permission_profiles')))
    yield {
      path: ['permissions'],
      message: 'config defines `[permissions]` profiles but does not set `default_permissions`',
    };
  if (typeof chosen !== 'string' || chosen.startsWith(':') || names.includes(chosen)) return;
  if (keyOf(managed, chosen) !== undefined) return;
  const message =
    names.length === 0
      ? 'default_permissions requires a `[permissions]` table'
      : `default_permissions refers to undefined profile \`${chosen}\``;
  yield { path: ['default_permissions'], message };
}

/** A member who asked for full access without questions does not get a sandbox without questions instead. */
function* wrongApprovals(merged: Values, { values }: Requirements): Generator<{ path: string[]; message: string }> {
  const modes = keyOf(values, 'allowed_sandbox_modes');
  const approvals = keyOf(values, 'allowed_approval_policies');
  const asksForAll =
    keyOf(merged, 'approval_policy') === 'never' && keyOf(merged, 'sandbox_mode') === 'danger-full-access';
  const neverIsAllowed = !Array.isArray(approvals) || approvals.includes('never');
  if (asksForAll && neverIsAllowed && Array.isArray(modes) && !modes.includes('danger-full-access'))
    yield {
      path: ['approval_policy'],
      message:
        '`approval_policy = "never"` cannot be used because requirements do not allow `sandbox_mode = "danger-full-access"`; Codex would fall back to read-only permissions with approvals disabled. Choose an `approval_policy` based on what you need, such as `on-request`, or choose an allowed sandbox mode.',
    };
}

function* wrongValues({ files, merged, requirements }: Start): Generator<{ path: string[]; message: string }> {
  yield* wrongShapes(merged);
  if (keyOf(merged, 'approval_policy') === 'untrusted')
    yield {
      path: ['approval_policy'],
      message: 'approval_policy = "untrusted" is no longer supported; remove this setting',
    };
  const profile = keyOf(merged, 'profile');
  if (typeof profile === 'string')
    yield {
      path: ['profile'],
      message: `legacy \`profile = "${profile}"\` config is no longer supported; use \`--profile ${profile}\` with \`${profile}.config.toml\` instead`,
    };
  if (keyOf(merged, 'experimental_thread_store_endpoint') !== undefined)
    yield {
      path: ['experimental_thread_store_endpoint'],
      message: '`experimental_thread_store_endpoint` is no longer supported; remove it from config.toml',
    };
  yield* wrongPermissions(merged, requirements);
  yield* wrongApprovals(merged, requirements);
  const provider = keyOf(requirements.values, 'model_provider') ?? keyOf(merged, 'model_provider');
  const isDefined = (table: Values) => valueAt(table, ['model_providers', String(provider)]) !== undefined;
  if (
    typeof provider === 'string' &&
    !builtInProviders.includes(provider) &&
    !isDefined(merged) &&
    !isDefined(requirements.values)
  )
    yield { path: ['model_provider'], message: `Model provider \`${provider}\` not found` };
  for (const { key, failure } of filesThatMustExist) {
    const file = keyOf(merged, key);
    if (typeof file === 'string' && files.kind(file) !== 'file')
      yield { path: [key], message: `${failure(file)}: No such file or directory` };
  }
}

/** Why the client would not start with these settings, each with the layer and line that says so. */
export function startRefusals(start: Start): Refusal[] {
  return [...wrongValues(start)].map(({ path, message }) => {
    const [winner] = contributions(start.layers, path);
    const source = winner === undefined ? undefined : start.layers[winner.layer]?.source;
    return { message, file: source ? nameOfSource(source) : null, line: winner?.line ?? null };
  });
}
