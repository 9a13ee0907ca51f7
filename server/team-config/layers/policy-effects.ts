import { featureSince } from '#contract/requirements/features.ts';
import { isTable, keyOf, type Values, valueAt } from './config-layer.ts';
import { leavesOf } from './merge-layers.ts';
import type { Demand, Requirements } from './read-requirements.ts';

/** What the policy makes of a setting. */
export interface PolicyEffect {
  path: readonly string[];
  value: unknown;
  demand: Demand;
}

interface PolicyEffects {
  effects: PolicyEffect[];
  /** In the client's words. */
  warnings: string[];
}

/** The value a session has before the policy is asked: what layers say, or what holds without them. */
interface BeforePolicy {
  merged: Values;
  /** In this folder, where nobody says anything. */
  byDefault: { approval_policy: string; sandbox_mode: string };
  /** Whether permissions come from `default_permissions` rather than from `sandbox_mode`. */
  usesProfile: boolean;
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/** How the client writes values in messages. */
const spelled: Readonly<Record<string, string>> = {
  never: 'Never',
  'on-request': 'OnRequest',
  'on-failure': 'OnFailure',
  untrusted: 'UnlessTrusted',
  user: 'User',
  auto_review: 'AutoReview',
  disabled: 'Disabled',
  cached: 'Cached',
  indexed: 'Indexed',
  live: 'Live',
  'read-only': 'ReadOnly',
  'workspace-write': 'WorkspaceWrite',
  'danger-full-access': 'DangerFullAccess',
};

const spell = (value: unknown): string =>
  typeof value === 'string' ? (spelled[value] ?? value) : isTable(value) ? 'Granular' : JSON.stringify(value);

interface FallBack {
  /** As messages name it. */
  field: string;
  asked: unknown;
  value: string;
  allowed: readonly unknown[];
  source: string;
  detailField?: string;
}

const fellBack = ({ field, asked, value, allowed, source, detailField = field }: FallBack): string =>
  `Configured value for \`${field}\` is disallowed by requirements; falling back to required value ${value}. Details: invalid value for \`${detailField}\`: \`${spell(asked)}\` is not in the allowed set [${allowed.map(spell).join(', ')}] (set by ${source})`;

const readOnlyProfile =
  'Managed { file_system: Restricted { entries: [FileSystemSandboxEntry { path: Special { value: Root }, access: Read, missing_path_behavior: None }], glob_scan_max_depth: None }, network: Restricted }';

const listAt = (values: Values, key: string): readonly unknown[] | null => {
  const list = keyOf(values, key);
  return Array.isArray(list) ? list : null;
};

/** The first of the list stands in for what is not in it; the client says so only when somebody asked for something else. */
function chooseFromList(
  { values, demandOf }: Requirements,
  { merged, byDefault }: BeforePolicy,
  key: 'approval_policy' | 'approvals_reviewer',
): PolicyEffects {
  const listKey = key === 'approval_policy' ? 'allowed_approval_policies' : 'allowed_approvals_reviewers';
  const allowed = listAt(values, listKey)?.map((item) => (item === 'guardian_subagent' ? 'auto_review' : item));
  const asked = keyOf(merged, key);
  const before = asked ?? (key === 'approval_policy' ? byDefault.approval_policy : 'user');
  if (!allowed || allowed.length === 0 || allowed.some((item) => same(item, before))) return none;
  const demand = demandOf([listKey]);
  const warning = fellBack({ field: key, asked, value: spell(allowed[0]), allowed, source: demand.source });
  return {
    effects: [{ path: [key], value: allowed[0], demand }],
    warnings: asked === undefined ? [] : [warning],
  };
}

const none: PolicyEffects = { effects: [], warnings: [] };

/** Full access and denied paths exclude each other. */
function allowedModes({ values, demandOf }: Requirements): { modes: readonly unknown[]; demand: Demand } | null {
  const modes = listAt(values, 'allowed_sandbox_modes');
  const denied = valueAt(values, ['permissions', 'filesystem', 'deny_read']);
  if (modes) return { modes, demand: demandOf(['allowed_sandbox_modes']) };
  if (!Array.isArray(denied) || denied.length === 0) return null;
  return { modes: ['read-only', 'workspace-write'], demand: demandOf(['permissions', 'filesystem', 'deny_read']) };
}

/** Modes that profiles of the client stand for. */
export const modeOfProfile: Readonly<Record<string, string>> = {
  ':read-only': 'read-only',
  ':workspace': 'workspace-write',
  ':danger-full-access': 'danger-full-access',
};

interface Permissions {
  /** Where the effect shows. */
  key: 'sandbox_mode' | 'default_permissions';
  mode: unknown;
  isAsked: boolean;
}

function restrictMode(requirements: Requirements, { key, mode, isAsked }: Permissions): PolicyEffects {
  const allowed = allowedModes(requirements);
  if (allowed === null || mode === undefined || allowed.modes.includes(mode)) return none;
  const warning = fellBack({
    field: 'permission_profile',
    detailField: 'sandbox_mode',
    asked: mode,
    value: readOnlyProfile,
    allowed: allowed.modes,
    source: allowed.demand.source,
  });
  const value = key === 'sandbox_mode' ? 'read-only' : ':read-only';
  return { effects: [{ path: [key], value, demand: allowed.demand }], warnings: isAsked ? [warning] : [] };
}

/** With a list of profiles the client uses profiles and nothing else, whatever `sandbox_mode` says. */
function permissionEffects(
  requirements: Requirements,
  { merged, byDefault, usesProfile }: BeforePolicy,
): PolicyEffects {
  const { values, demandOf } = requirements;
  const list = keyOf(values, 'allowed_permission_profiles');
  const asked = usesProfile ? keyOf(merged, 'default_permissions') : undefined;
  const key = 'default_permissions';
  if (!isTable(list)) {
    if (usesProfile) return restrictMode(requirements, { key, mode: modeOfProfile[String(asked)], isAsked: true });
    const mode = keyOf(merged, 'sandbox_mode');
    return restrictMode(requirements, {
      key: 'sandbox_mode',
      mode: mode ?? byDefault.sandbox_mode,
      isAsked: mode !== undefined || byDefault.sandbox_mode !== 'read-only',
    });
  }
  const isAllowed = typeof asked === 'string' && list[asked] === true;
  const written = keyOf(values, key);
  const value = isAllowed ? asked : typeof written === 'string' ? written : ':workspace';
  const narrowed = restrictMode(requirements, { key, mode: modeOfProfile[value], isAsked: true });
  if (isAllowed || narrowed.effects.length > 0) return narrowed;
  const demand = demandOf([typeof written === 'string' ? key : 'allowed_permission_profiles']);
  const warning = `Configured value for \`permission_profile\` is disallowed by requirements; falling back from \`${String(asked)}\` to required value \`${value}\`.`;
  return { effects: [{ path: [key], value, demand }], warnings: asked === undefined ? [] : [warning] };
}

/** The least that reaches out comes last, except that nothing else is allowed. */
const searchOrder = ['cached', 'indexed', 'live'];

function searchEffects({ values, demandOf }: Requirements, { merged }: BeforePolicy): PolicyEffects {
  const list = listAt(values, 'allowed_web_search_modes');
  // The client searches its cache when nobody says anything, and says so like a choice.
  const asked = keyOf(merged, 'web_search') ?? 'cached';
  if (!list) return none;
  const allowed = ['disabled', ...searchOrder].filter((mode) => mode === 'disabled' || list.includes(mode));
  if (allowed.some((mode) => mode === asked)) return none;
  const value = searchOrder.find((mode) => allowed.includes(mode)) ?? 'disabled';
  const demand = demandOf(['allowed_web_search_modes']);
  const warning = fellBack({ field: 'web_search_mode', asked, value: spell(value), allowed, source: demand.source });
  return {
    effects: [{ path: ['web_search'], value, demand }],
    warnings: [warning],
  };
}

const single = [
  'chatgpt_base_url',
  'sqlite_home',
  'log_dir',
  'model_catalog_json',
  'model_provider',
  'check_for_update_on_startup',
  'allow_login_shell',
  'cli_auth_credentials_store',
];
const asPath = new Set(['sqlite_home', 'log_dir', 'model_catalog_json']);

/** Keys with one required value: it holds, whoever says what. */
function pinEffects({ values, demandOf }: Requirements, { merged }: BeforePolicy): PolicyEffects {
  const effects: PolicyEffect[] = [];
  const warnings: string[] = [];
  for (const key of single) {
    const required = keyOf(values, key);
    if (required === undefined) continue;
    const demand = demandOf([key]);
    const asked = keyOf(merged, key);
    if (same(asked, required)) continue;
    effects.push({ path: [key], value: required, demand });
    const shown = asPath.has(key) ? `AbsolutePathBuf(${JSON.stringify(required)})` : JSON.stringify(required);
    // Where the client finds its server differs from what it was built with even if nobody wrote it down.
    if (asked !== undefined || key === 'chatgpt_base_url')
      warnings.push(
        `Configured value for \`${key}\` is overridden by the required value ${shown} from ${demand.source}.`,
      );
  }
  return { effects, warnings };
}

/** Tables of which each required value holds, beside what layers add. */
function tableEffects({ values, demandOf }: Requirements, { merged }: BeforePolicy): PolicyEffects {
  const effects: PolicyEffect[] = [];
  const warnings: string[] = [];
  for (const table of ['feedback', 'otel', 'model_providers']) {
    const required = keyOf(values, table);
    if (!isTable(required)) continue;
    const changed = [...leavesOf(required, [table])].filter(({ path, value }) => !same(valueAt(merged, path), value));
    effects.push(...changed.map(({ path, value }) => ({ path, value, demand: demandOf(path) })));
    const isAsked = changed.some(({ path }) => valueAt(merged, path) !== undefined);
    if (isAsked && table !== 'model_providers')
      warnings.push(
        `Configured values under \`${table}\` are overridden by requirements from ${demandOf([table]).source}.`,
      );
  }
  return { effects, warnings };
}

function featureEffects({ values, demandOf }: Requirements, { merged }: BeforePolicy): PolicyEffects {
  const key = isTable(keyOf(values, 'features')) ? 'features' : 'feature_requirements';
  const pins = keyOf(values, key);
  if (!isTable(pins)) return none;
  const known = Object.entries(pins).filter(([name]) => featureSince(name) !== null);
  const unknown = Object.keys(pins).filter((name) => featureSince(name) === null);
  return {
    effects: known
      .filter(([name, value]) => !same(valueAt(merged, ['features', name]), value))
      .map(([name, value]) => ({ path: ['features', name], value, demand: demandOf([key, name]) })),
    warnings: unknown.map(
      (name) => `Ignoring unknown \`features\` requirement \`${name}\` from ${demandOf([key, name]).source}`,
    ),
  };
}

/** Everything the policy changes, each with the key that demands it. Silent where the client is. */
export function policyEffects(requirements: Requirements, before: BeforePolicy): PolicyEffects {
  const parts = [
    pinEffects(requirements, before),
    tableEffects(requirements, before),
    chooseFromList(requirements, before, 'approval_policy'),
    chooseFromList(requirements, before, 'approvals_reviewer'),
    permissionEffects(requirements, before),
    searchEffects(requirements, before),
    featureEffects(requirements, before),
  ];
  return { effects: parts.flatMap(({ effects }) => effects), warnings: parts.flatMap(({ warnings }) => warnings) };
}
