import {
  type EffectiveConfig,
  type EffectiveSetting,
  isDecidedLater,
  isTable,
  type LayerSource,
} from '#server/team-config/index.ts';
import { agrees, type ClientReport, reportedValues } from './client-report.ts';

type Said = Pick<EffectiveSetting, 'value' | 'decidedBy'>;

/** `config/read` reports before the client looks at lists of allowed values, so what it shows there is what lost. */
function asReported(setting: EffectiveSetting): Said | null {
  if (!isDecidedLater(setting.path)) return setting;
  const said = setting.decidedBy.by === 'policy' ? setting.lost[0] : setting;
  const isGuess = said?.decidedBy.by === 'client' && ['approval_policy', 'sandbox_mode'].includes(setting.key);
  return said === undefined || isGuess ? null : said;
}

const sourceOf = ({ layers }: EffectiveConfig, { decidedBy }: Said): LayerSource | null =>
  decidedBy.by === 'layer' ? (layers[decidedBy.layer]?.source ?? null) : null;

/** A value that the policy pins is reported without an origin, except where the client decides later. */
function originOf(effective: EffectiveConfig, setting: EffectiveSetting): LayerSource | null {
  if (setting.decidedBy.by !== 'policy') return sourceOf(effective, setting);
  const said = setting.lost[0];
  const keepsOrigin = isDecidedLater(setting.path) || setting.path[0] === 'features';
  return said && keepsOrigin ? sourceOf(effective, said) : null;
}

function compareValues(settings: readonly EffectiveSetting[], report: ClientReport): string[] {
  const theirs = new Map(reportedValues(report.config));
  const problems: string[] = [];
  for (const setting of settings) {
    const path = setting.path.join('.');
    const said = asReported(setting);
    const isReported = theirs.has(path);
    if (said === null || (setting.ignored && !isReported)) continue;
    // Pins of features that nobody set are not reported.
    if (!isReported && setting.path[0] === 'features' && setting.decidedBy.by === 'policy') continue;
    if (!agrees(theirs.get(path), said.value))
      problems.push(`${path}: client ${JSON.stringify(theirs.get(path))}, ours ${JSON.stringify(said.value)}`);
    theirs.delete(path);
  }
  return [...problems, ...[...theirs].map(([path, value]) => `${path}: client ${JSON.stringify(value)}, ours nothing`)];
}

/** The client names each entry of a list, and keeps naming what a stronger layer has replaced; only what it still reports counts. */
function settingOf(
  bySetting: ReadonlyMap<string, EffectiveSetting>,
  origin: string,
): EffectiveSetting | 'replaced' | null {
  const parts = origin.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const setting = bySetting.get(parts.slice(0, length).join('.'));
    if (!setting) continue;
    const value = setting.decidedBy.by === 'policy' ? (setting.lost[0]?.value ?? setting.value) : setting.value;
    return parts.slice(length).reduce<unknown>(entryOf, value) === undefined ? 'replaced' : setting;
  }
  return null;
}

const entryOf = (value: unknown, name: string): unknown =>
  Array.isArray(value) ? value[Number(name)] : isTable(value) ? value[name] : undefined;

function compareOrigins(
  effective: EffectiveConfig,
  settings: readonly EffectiveSetting[],
  report: ClientReport,
): string[] {
  const bySetting = new Map(settings.map((setting) => [setting.path.join('.'), setting]));
  const reported = new Map(reportedValues(report.config));
  const problems: string[] = [];
  const named = new Set<EffectiveSetting>();
  for (const [origin, { name }] of Object.entries(report.origins)) {
    const setting = settingOf(bySetting, origin);
    const isGone = setting === null && !reported.has(origin);
    if (setting === 'replaced' || isGone) continue;
    const ours = setting && originOf(effective, setting);
    if (setting) named.add(setting);
    if (JSON.stringify(ours) !== JSON.stringify(name))
      problems.push(`${origin}: client ${JSON.stringify(name)}, ours ${JSON.stringify(ours)}`);
  }
  const unnamed = settings.filter(
    (setting) =>
      originOf(effective, setting) !== null &&
      !named.has(setting) &&
      !(Array.isArray(setting.value) && setting.value.length === 0),
  );
  return [...problems, ...unnamed.map(({ key }) => `${key}: no origin from the client`)];
}

const compareLayers = ({ layers }: EffectiveConfig, report: ClientReport): string[] => {
  const ours = layers.map(({ source, disabledReason }) => [source, disabledReason]);
  const theirs = report.layers.map(({ name, disabledReason }) => [name, disabledReason ?? null]);
  return JSON.stringify(ours) === JSON.stringify(theirs)
    ? []
    : [`layers: client ${JSON.stringify(theirs, null, 1)}, ours ${JSON.stringify(ours, null, 1)}`];
};

/** Every value, every origin and the list of layers; each difference in words. */
export function differences(effective: EffectiveConfig, report: ClientReport): string[] {
  const { settings } = effective;
  if (settings === null)
    return [`ours would not start: ${effective.refusals.map(({ message }) => message).join('; ')}`];
  return [
    ...compareLayers(effective, report),
    ...compareValues(settings, report),
    ...compareOrigins(effective, settings, report),
  ];
}
