import { serverEffects } from './allowed-servers.ts';
import { builtInSettings, defaultsOfFolder } from './built-in-settings.ts';
import { builtInValues } from './client-keys.ts';
import {
  type ConfigLayer,
  type LayerSource,
  nameOfSource,
  type Refusal,
  type Values,
  valueAt,
  withValueAt,
  writeKey,
} from './config-layer.ts';
import { withoutSecrets } from './hide-secrets.ts';
import { contributions, leavesOf, mergeLayers } from './merge-layers.ts';
import { type PolicyEffect, policyEffects } from './policy-effects.ts';
import type { TrustDecision } from './project-trust.ts';
import { type PolicyFragment, readLayers, type Surroundings } from './read-layers.ts';
import { type Demand, readRequirements } from './read-requirements.ts';
import { startRefusals } from './start-refusals.ts';
import { unknownKeys, unknownKeysWarning } from './unknown-keys.ts';

/** Who decides a setting. `layer` is a place in `layers`; lines are 1-based, null where there is no line. */
export type DecidedBy =
  | { by: 'layer'; layer: number; name: string; line: number | null }
  | { by: 'policy'; key: string; source: string; line: number | null }
  | { by: 'client'; because: string };

export interface EffectiveSetting {
  /** As TOML writes it, e.g. `projects."/srv/app".trust_level`. */
  key: string;
  path: string[];
  /** Header values, environment variables and tokens are `[redacted]`. */
  value: unknown;
  decidedBy: DecidedBy;
  /** The client knows no such key. */
  ignored: boolean;
  /** What would hold without the one that decides: what lost, the strongest first. */
  lost: { value: unknown; decidedBy: DecidedBy }[];
}

interface EffectiveLayer {
  source: LayerSource;
  name: string;
  disabledReason: string | null;
}

export interface EffectiveConfig {
  /** Null when the client would not start. */
  settings: EffectiveSetting[] | null;
  /** From the strongest to the weakest, as `config/read` lists them. */
  layers: EffectiveLayer[];
  trust: TrustDecision;
  /** Null when the client would not start. */
  permissions: Permissions | null;
  /** In the client's words, in no particular order. */
  warnings: string[];
  /** Why the client would not start; empty when it does. */
  refusals: Refusal[];
}

/** What a conversation may do without asking: a sandbox mode, or a permission profile where those are in use. */
export interface Permissions {
  key: 'sandbox_mode' | 'default_permissions';
  value: unknown;
}

export interface EffectiveInput extends Surroundings {
  /** `requirements_toml` fragments, the first one first. */
  requirements: readonly PolicyFragment[];
}

const becausePolicy = ({ path, source, line }: Demand): DecidedBy => ({
  by: 'policy',
  key: writeKey(path),
  source,
  line,
});

const becauseClient = (because: string): DecidedBy => ({ by: 'client', because });

/** The client checks these only when a session begins; `config/read` still shows what was asked for. */
export const isDecidedLater = (path: readonly string[]): boolean =>
  ['approval_policy', 'approvals_reviewer', 'sandbox_mode', 'default_permissions', 'web_search'].includes(
    path[0] ?? '',
  ) ||
  (path[0] === 'mcp_servers' && path.length === 3 && path[2] === 'enabled') ||
  (path[0] === 'features' && valueAt(builtInValues, path) === undefined);

const key = (path: readonly string[]): string => path.join('\0');

class Settings {
  readonly settings = new Map<string, EffectiveSetting>();
  readonly layers: readonly ConfigLayer[];
  readonly unknown: readonly string[];

  constructor(layers: readonly ConfigLayer[]) {
    this.layers = layers;
    this.unknown = layers.flatMap(unknownKeys).map(key);
  }

  isUnknown(path: readonly string[]): boolean {
    const name = `${key(path)}\0`;
    return this.unknown.some((unknown) => name.startsWith(`${unknown}\0`));
  }

  add(path: readonly string[], value: unknown, decidedBy: DecidedBy, lost: EffectiveSetting['lost'] = []): void {
    const shown = withoutSecrets(path, value);
    this.settings.set(key(path), {
      key: writeKey(path),
      path: [...path],
      value: shown,
      decidedBy,
      ignored: this.isUnknown(path),
      lost,
    });
  }

  addLayered(path: readonly string[], value: unknown): void {
    const said = contributions(this.layers, path).map(({ layer, value: own, line }) => {
      const source = this.layers[layer]?.source;
      const name = source ? nameOfSource(source) : '';
      // Layers are shown from the strongest, so places count from that end.
      const decidedBy: DecidedBy = { by: 'layer', layer: this.layers.length - 1 - layer, name, line };
      return { value: withoutSecrets(path, own), decidedBy };
    });
    const [winner, ...lost] = said;
    this.add(path, value, winner?.decidedBy ?? becauseClient('put together from several layers'), lost);
  }

  /** What the policy demands takes the place of whatever held, which is kept as what lost. */
  apply({ path, value, demand }: PolicyEffect): void {
    const before = this.settings.get(key(path));
    const lost = before ? [{ value: before.value, decidedBy: before.decidedBy }, ...before.lost] : [];
    this.add(path, value, becausePolicy(demand), lost);
  }
}

function settingsOf(
  layers: readonly ConfigLayer[],
  trust: TrustDecision,
  effects: readonly PolicyEffect[],
): EffectiveSetting[] {
  const merged = mergeLayers(layers);
  const all = new Settings(layers);
  const pinned = effects.filter(({ path }) => path[0] === 'model_providers');
  for (const { path, value } of builtInSettings(
    pinned.reduce<Values>((table, { path, value }) => withValueAt(table, path, value), merged),
  ))
    all.add(path, value, becauseClient('nobody set it'));
  const byTrust =
    trust.level === null ? 'nobody decided whether to trust this folder' : `this folder is ${trust.level}`;
  for (const [name, value] of Object.entries(defaultsOfFolder(trust)))
    if (valueAt(merged, [name]) === undefined) all.add([name], value, becauseClient(byTrust));
  for (const { path, value } of leavesOf(merged)) all.addLayered(path, value);
  for (const effect of effects) all.apply(effect);
  return [...all.settings.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
}

/** The stronger layer chooses between the two ways of saying it; within one layer the profile does. */
function usesProfile(layers: readonly ConfigLayer[]): boolean {
  const [profile] = contributions(layers, ['default_permissions']);
  const [mode] = contributions(layers, ['sandbox_mode']);
  return profile !== undefined && (mode === undefined || profile.layer >= mode.layer);
}

function permissionsIn(settings: readonly EffectiveSetting[], isProfile: boolean): Permissions {
  const profile = settings.find(({ key: name }) => name === 'default_permissions');
  const mode = settings.find(({ key: name }) => name === 'sandbox_mode');
  const decides = profile && (isProfile || profile.decidedBy.by === 'policy') ? profile : mode;
  return { key: decides === profile ? 'default_permissions' : 'sandbox_mode', value: decides?.value };
}

/** What the client would work with in a folder, setting by setting, and who decided each. Reads files through `files` only. */
export function effectiveConfig(input: EffectiveInput): EffectiveConfig {
  const { layers, trust, warnings, refusals } = readLayers(input);
  const requirements = readRequirements(input, input.requirements, layers);
  const merged = mergeLayers(layers);
  const shown = layers
    .toReversed()
    .map(({ source, disabledReason }) => ({ source, name: nameOfSource(source), disabledReason }));
  const unreadable = [...refusals, ...requirements.refusals];
  const problems =
    unreadable.length > 0 ? unreadable : startRefusals({ files: input.files, layers, merged, requirements });
  if (problems.length > 0)
    return { settings: null, layers: shown, trust, permissions: null, warnings, refusals: problems };
  const policy = policyEffects(requirements, {
    merged,
    byDefault: defaultsOfFolder(trust),
    usesProfile: usesProfile(layers),
  });
  const effects = [...policy.effects, ...serverEffects(requirements, merged)];
  const unknown = unknownKeysWarning(layers);
  const settings = settingsOf(layers, trust, effects);
  return {
    settings,
    layers: shown,
    trust,
    permissions: permissionsIn(settings, usesProfile(layers)),
    warnings: [...warnings, ...(unknown === null ? [] : [unknown]), ...policy.warnings],
    refusals: [],
  };
}
