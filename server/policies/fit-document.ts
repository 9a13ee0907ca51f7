import { stringify } from 'smol-toml';
import { isAtLeast } from '#contract/client-versions.ts';
import { requirementsShape } from '#contract/requirements/catalogue.ts';
import { defaultsShape } from '#contract/requirements/default-keys.ts';
import { buildsOn, featureSince } from '#contract/requirements/features.ts';
import type { Shape, Since } from '#contract/requirements/shape.ts';
import { accepts } from './check-shape.ts';
import { readToml, type TomlNode } from './read-toml.ts';

const leftOut = Symbol('left out');

type Fitted = unknown | typeof leftOut;

const isTooOld = (version: string, since: Since | undefined): boolean =>
  since !== undefined && !isAtLeast(version, since.version);

function fitList(shape: Shape, list: readonly unknown[], version: string): Fitted {
  const items = shape.items;
  if (!items) return list;
  const fitted = list.map((item) => fitValue(items, item, version)).filter((item) => item !== leftOut);
  return fitted.length === 0 && list.length > 0 && shape.minItems ? leftOut : fitted;
}

function fitTable(shape: Shape, table: object, version: string): Fitted {
  const fitted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(table)) {
    const free = typeof shape.additionalProperties === 'object' ? shape.additionalProperties : null;
    const below = Object.hasOwn(shape.properties ?? {}, key) ? shape.properties?.[key] : free;
    const entry = below ? fitValue(below, value, version) : value;
    if (entry !== leftOut) fitted[key] = entry;
    else if (shape.required?.includes(key)) return leftOut;
  }
  return fitted;
}

function fitValue(shape: Shape, value: unknown, version: string): Fitted {
  if (isTooOld(version, shape.since)) return leftOut;
  if (shape.anyOf) {
    const branch = shape.anyOf.find((candidate) => accepts(candidate, value));
    return branch ? fitValue(branch, value, version) : value;
  }
  if (typeof value === 'string') {
    const since = shape.valueSince?.[value];
    return isTooOld(version, since) ? (since?.instead ?? leftOut) : value;
  }
  if (Array.isArray(value)) return fitList(shape, value, version);
  return value !== null && typeof value === 'object' ? fitTable(shape, value, version) : value;
}

function knownFeatures(features: unknown, version: string): Record<string, unknown> {
  if (features === null || typeof features !== 'object') return {};
  const pins = new Map<string, unknown>(Object.entries(features));
  return Object.fromEntries(
    [...pins].filter(([name, value]) => {
      const since = featureSince(name);
      if (since === null || !isAtLeast(version, since)) return false;
      const base = isAtLeast(version, '0.140.0') ? undefined : buildsOn[name];
      return base === undefined || value !== true || pins.get(base) === true;
    }),
  );
}

/** A readable document as plain values without what the client of this version refuses or warns about; null when unreadable. */
export function fitValues(document: string, version: string): Record<string, unknown> | null {
  const { root } = readToml(document);
  if (!root) return null;
  const fitted = fitValue(requirementsShape, root.value, version);
  if (fitted === leftOut || fitted === null || typeof fitted !== 'object') return null;
  const { feature_requirements: alias, ...values }: Record<string, unknown> = { ...fitted };
  const features = knownFeatures(values.features ?? alias, version);
  return Object.keys(features).length === 0 ? withoutKey(values, 'features') : { ...values, features };
}

/** Reading turns fractions into NaN, because no requirement takes one; some defaults do. */
export function plainValues(node: TomlNode): unknown {
  if (Array.isArray(node.value)) return [...node.children.values()].map(plainValues);
  if (Number.isNaN(node.value)) return Number(node.found.replaceAll('_', ''));
  if (node.value === null || typeof node.value !== 'object') return node.value;
  return Object.fromEntries([...node.children].map(([key, child]) => [key, plainValues(child)]));
}

/** The defaults of a policy for this version: byte for byte, unless the client would refuse one of them. */
export function fitDefaults(defaults: string, version: string): string {
  const { root } = readToml(defaults);
  if (!root) return defaults;
  const values = plainValues(root);
  const fitted = fitValue(defaultsShape, values, version);
  const isWhole = fitted === leftOut || JSON.stringify(fitted) === JSON.stringify(values);
  return isWhole ? defaults : printToml({ ...(fitted as object) });
}

export function withoutKey(table: Record<string, unknown>, key: string): Record<string, unknown> {
  const { [key]: _left, ...rest } = table;
  return rest;
}

/** Plain values as TOML. Values no key takes (dates, fractions) were read as NaN and are left out. */
export function printToml(values: Record<string, unknown>): string {
  return stringify(JSON.parse(JSON.stringify(values, (_key, value) => (Number.isNaN(value) ? undefined : value))));
}
