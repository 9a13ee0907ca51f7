import type { PolicyDocument } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { listAssignments, listPolicyRevisions, type OrderPlan } from './assignment-queries.ts';
import { diagnose } from './check-publication.ts';
import { listGroupNames } from './impact-queries.ts';
import { listChangedSince, listNamesakes, type PolicyThen, readRelease } from './release-queries.ts';
import { readPolicyState } from './state-queries.ts';

/** A policy that came later and is called as one that comes back. Nobody gets it after the roll back. */
interface Renamed {
  id: string;
  revision: number;
  documentNow: PolicyDocument;
  newName: string;
}

export interface RollBack {
  number: number;
  changed: readonly PolicyThen[];
  renamed: readonly Renamed[];
  /** As it was, without the groups that are gone. */
  order: OrderPlan;
  orderChanges: boolean;
  /** What does not come back, in sentences. */
  warnings: string[];
}

const mostNamed = 20;

function listNames(names: readonly string[]): string {
  const quoted = names.slice(0, mostNamed).map((name) => `“${name}”`);
  const more = names.length - quoted.length;
  if (more > 0) return `${quoted.join(', ')} and ${more} more`;
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} and ${last}`;
}

/** What clients would refuse today never comes back, however good it was. */
function requireAcceptable(changed: readonly PolicyThen[]): void {
  for (const { id, to, document } of changed) {
    const diagnostics = diagnose(document).filter(({ severity }) => severity === 'error');
    if (diagnostics.length === 0) continue;
    const message = `Version ${to} of “${document.name}” cannot come back, because clients would refuse it today: ${diagnostics[0]?.message} Nothing was changed.`;
    throw new ReeveError(
      'policy-refused',
      { policyId: id, name: document.name, version: to, diagnostics },
      { message },
    );
  }
}

async function planNames(db: Database, workspaceId: string, changed: readonly PolicyThen[]): Promise<Renamed[]> {
  const exceptIds = changed.map(({ id }) => id);
  const names = changed.map(({ document }) => document.name);
  const namesakes = await listNamesakes(db, workspaceId, { exceptIds, names });
  return namesakes.map(({ id, number, revision, ...documentNow }) => ({
    id,
    revision,
    documentNow,
    newName: `${documentNow.name.slice(0, 100)} (${number})`,
  }));
}

const isSameOrder = (left: OrderPlan, right: OrderPlan): boolean =>
  left.fallbackPolicyId === right.fallbackPolicyId &&
  left.baselinePolicyId === right.baselinePolicyId &&
  left.items.length === right.items.length &&
  left.items.every(
    ({ groupId, policyId }, place) =>
      right.items[place]?.groupId === groupId && right.items[place]?.policyId === policyId,
  );

/** What going back takes, without doing it. @throws ReeveError not-found, policy-refused */
export async function planRollBack(db: Database, workspaceId: string, number: number): Promise<RollBack> {
  const then = await readRelease(db, workspaceId, number);
  if (!then) throw new ReeveError('not-found', { number });
  const changed = await listChangedSince(db, workspaceId, number);
  requireAcceptable(changed);
  const existing = await listGroupNames(
    db,
    workspaceId,
    then.items.map(({ groupId }) => groupId),
  );
  const { fallbackPolicyId, baselinePolicyId } = then;
  const items = then.items.filter(({ groupId }) => existing.has(groupId));
  const order = { items, fallbackPolicyId, baselinePolicyId };
  const now = { ...(await readPolicyState(db, workspaceId)), items: await listAssignments(db, workspaceId) };
  const renamed = await planNames(db, workspaceId, changed);
  const lost = then.items.filter(({ groupId }) => !existing.has(groupId)).map(({ groupName }) => groupName);
  const later = (await listPolicyRevisions(db, workspaceId))
    .filter(({ id, revision }) => revision > 0 && then.revisions[id] === undefined)
    .map(({ name }) => name);
  const warnings = [
    ...(lost.length > 0 ? [`Deleted since, so without a place in the order: ${listNames(lost)}.`] : []),
    ...(later.length > 0 ? [`Published only later, so nobody gets them any more: ${listNames(later)}.`] : []),
    ...renamed.map(
      ({ documentNow, newName }) =>
        `A later policy is called “${documentNow.name}” too, as one that comes back. It becomes “${newName}”.`,
    ),
  ];
  return { number, changed, renamed, order, orderChanges: !isSameOrder(order, now), warnings };
}
