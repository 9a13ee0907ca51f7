import { LRUCache } from 'lru-cache';
import type { Diagnostic } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { listInForce, readPolicy } from './queries.ts';
import { validateWithBaseline } from './validate-with-baseline.ts';

export interface BaselineClash {
  policyName: string;
  diagnostics: Diagnostic[];
}

export interface Document {
  id: string;
  name: string;
  contents: string;
}

/** Every change of anything looks at all pairs, and few of them differ from the last time. */
const judged = new LRUCache<string, Diagnostic[]>({ max: 2000 });

function clashesOf(contents: string, baseline: string): Diagnostic[] {
  const key = JSON.stringify([contents, baseline]);
  const known = judged.get(key);
  if (known) return known;
  const errors = validateWithBaseline(contents, baseline).filter(({ severity }) => severity === 'error');
  judged.set(key, errors);
  return errors;
}

/** Policies that clients refuse together with this baseline, although each of the two is good alone. */
export const findClashes = (policies: readonly Document[], baseline: Document): BaselineClash[] =>
  policies
    .filter(({ id }) => id !== baseline.id)
    .map(({ name, contents }) => ({ policyName: name, diagnostics: clashesOf(contents, baseline.contents) }))
    .filter(({ diagnostics }) => diagnostics.length > 0);

export const describeClash = ({ policyName, diagnostics }: BaselineClash, baselineName: string): string =>
  `Clients would refuse “${policyName}” and the baseline “${baselineName}” together. ${diagnostics[0]?.message ?? ''}`;

/** What clashes in force, or would if `changed` were published. */
export async function clashesInForce(db: Database, workspaceId: string, changed?: Document): Promise<string[]> {
  const { baseline, policies } = await listInForce(db, workspaceId);
  if (!baseline) return [];
  const asChanged = (policy: Document) => (policy.id === changed?.id ? changed : policy);
  const under = asChanged(baseline);
  return findClashes(policies.map(asChanged), under).map((clash) => describeClash(clash, under.name));
}

/** The same for another order and baseline. */
export async function clashesUnder(
  db: Database,
  workspaceId: string,
  { baselinePolicyId, policyIds }: { baselinePolicyId: string | null; policyIds: ReadonlySet<string> },
): Promise<string[]> {
  const baseline = baselinePolicyId === null ? undefined : await readPolicy(db, workspaceId, baselinePolicyId);
  if (!baseline) return [];
  const found = await Promise.all([...policyIds].map((id) => readPolicy(db, workspaceId, id)));
  const policies = found.filter((policy) => policy !== undefined);
  return findClashes(policies, baseline).map((clash) => describeClash(clash, baseline.name));
}

/** Two good documents can lock people out together, whichever change brought them together. @throws ReeveError policy-refused */
export async function requireNoClashes(tx: Database, workspaceId: string): Promise<void> {
  const problems = await clashesInForce(tx, workspaceId);
  if (problems[0] === undefined) return;
  const message = `${problems[0]} Nothing was changed.`;
  throw new ReeveError('policy-refused', { problems }, { message });
}
