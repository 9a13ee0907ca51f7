import type { Fragment } from './compose-fragments.ts';
import type { DeliveredDocument } from './delivered-documents.ts';

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'policy';

/** Clients print `name (id)` where a policy stops somebody: both are for people. */
export const fragmentId = ({ name, revision }: Pick<DeliveredDocument, 'name' | 'revision'>): string =>
  `${slugOf(name)}-r${revision}`;

export interface PolicyFragments {
  policy: Fragment | null;
  baseline: Fragment | null;
  /** The policy's before the baseline's; without blank ones. */
  defaults: Fragment[];
}

/** What goes under which name. Two names can make the same id, and a client takes each id of a list once. */
export function nameFragments({
  policy,
  baseline,
}: {
  policy: DeliveredDocument | null;
  baseline: DeliveredDocument | null;
}): PolicyFragments {
  const ownId = policy && fragmentId(policy);
  const lowerId = baseline && (fragmentId(baseline) === ownId ? `${ownId}-baseline` : fragmentId(baseline));
  const named = (id: string | null, document: DeliveredDocument | null, part: 'contents' | 'defaults') =>
    id !== null && document ? { id, name: document.name, contents: document[part] } : null;
  const defaults = [named(ownId, policy, 'defaults'), named(lowerId, baseline, 'defaults')].filter(
    (fragment): fragment is Fragment => fragment !== null && fragment.contents.trim() !== '',
  );
  return {
    policy: named(ownId, policy, 'contents'),
    baseline: named(lowerId, baseline, 'contents'),
    defaults,
  };
}
