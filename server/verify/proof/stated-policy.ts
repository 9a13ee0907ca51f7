import { parse } from 'smol-toml';
import { localOnlyKeys } from '#contract/requirements/catalogue.ts';
import { clientVersionRemarks, fitValues, mergeRequirements, reeveFeatures } from '#server/policies/index.ts';
import { constraintPaths, type KeyPath, type Values, valueAt, writePath } from './constraint-paths.ts';
import type { ProvenPolicy } from './subject.ts';

/** What a policy states, and what of it this client version is meant to keep. */
export interface StatedPolicy {
  version: string;
  /** `0.140`, as in “not enforced by 0.140”. */
  shortVersion: string;
  /** The policy over the organisation's baseline. */
  values: Values;
  /** What Reeve delivers to this version: without what it does not know, with stricter values in place of ones it refuses. */
  delivered: Values;
  paths: readonly KeyPath[];
  /** Why this client version does not keep the key; null when it does. */
  unknownBecause(path: KeyPath): string | null;
  /** Why Reeve's own value stands in place of this one; null when it does not. */
  setByReeve(path: KeyPath): string | null;
}

const reeveOwn = ['model_provider', 'otel.exporter', 'otel.metrics_exporter', 'check_for_update_on_startup'];

const readValues = (document: string): Record<string, unknown> => ({ ...parse(document) });

const renamed = ({ feature_requirements: alias, ...values }: Record<string, unknown>): Record<string, unknown> =>
  alias === undefined ? values : { ...values, features: alias };

const deliveredTo = (document: string, version: string): Values => fitValues(document, version) ?? {};

/** Remarks name entries of lists; a constraint is one with all that is below it. */
const concerns = (path: string, keyPath: string): boolean => keyPath === path || path.startsWith(`${keyPath}.`);

export function readStatedPolicy(
  { contents, baselineContents }: Pick<ProvenPolicy, 'contents' | 'baselineContents'>,
  version: string,
): StatedPolicy {
  const documents = [contents, baselineContents ?? ''];
  const [own = {}, baseline = {}] = documents.map(readValues).map(renamed);
  const values = mergeRequirements(own, baseline);
  const [fittedOwn = {}, fittedBaseline = {}] = documents.map((document) => deliveredTo(document, version));
  const delivered = mergeRequirements(fittedOwn, fittedBaseline);
  const remarks = documents.flatMap((document) => clientVersionRemarks(document, [version]));
  const shortVersion = version.replace(/\.0$/, '');
  return {
    version,
    shortVersion,
    values,
    delivered,
    paths: constraintPaths(values),
    setByReeve: (path) => {
      const [top, feature = ''] = path;
      const pinned = top === 'features' ? reeveFeatures[feature] : undefined;
      if (pinned && pinned.value !== valueAt(values, path))
        return `Reeve sets it to ${pinned.value}: ${pinned.because}.`;
      return reeveOwn.includes(writePath(path)) ? 'Reeve sets it itself, and its own value comes first.' : null;
    },
    unknownBecause: (path) => {
      const [top = ''] = path;
      if (Object.hasOwn(localOnlyKeys, top))
        return `not enforced by ${shortVersion}: ${top} has no effect when it comes from the server`;
      const written = writePath(path);
      const remark = remarks.find(({ keyPath, effect }) => effect !== 'replaced' && concerns(written, keyPath));
      if (remark)
        return `not enforced by ${shortVersion}: ${remark.message.replace(/ does not know .*$/, (words) => words.replace(/ and does not enforce it/, ''))}`;
      return valueAt(delivered, path) !== undefined
        ? null
        : `not enforced by ${shortVersion}: it does not know the key`;
    },
  };
}
