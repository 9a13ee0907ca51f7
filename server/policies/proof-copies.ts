import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { listPublishedDocuments, readAssignmentState, replaceAssignments } from './assignment-queries.ts';
import { insertPolicy } from './queries.ts';
import { putRevision, readVersion } from './revision-queries.ts';

/** A version of a policy that a proof is about. */
export interface ProvableVersion {
  policyId: string;
  name: string;
  revision: number;
  contents: string;
  defaults: string;
  contact: string;
  explainsRules: boolean;
}

/** What is published of each policy, by name, and which of them is the baseline. */
export async function listProvable(
  db: Database,
  workspaceId: string,
): Promise<{ baselinePolicyId: string | null; policies: ProvableVersion[] }> {
  const { baselinePolicyId } = await readAssignmentState(db, workspaceId);
  const policies = await listPublishedDocuments(db, workspaceId);
  return { baselinePolicyId, policies: policies.sort((one, other) => one.name.localeCompare(other.name, 'en')) };
}

/** @throws ReeveError not-found */
export async function readProvableVersion(
  db: Database,
  workspaceId: string,
  { policyId, revision }: { policyId: string; revision: number },
): Promise<ProvableVersion> {
  const version = await readVersion(db, workspaceId, { policyId, revision });
  if (!version) throw new ReeveError('not-found', { policyId, revision });
  const { name, contents, defaults, contact, explainsRules } = version;
  return { policyId, name, revision, contents, defaults, contact, explainsRules };
}

/** Publishes a version under its own number in the workspace of a proof. */
async function copyVersion(tx: Database, workspaceId: string, version: ProvableVersion, at: Date): Promise<string> {
  const id = newId('pol');
  const { name, contents, defaults, contact, explainsRules, revision } = version;
  const by = 'Enforcement proof';
  await insertPolicy(tx, workspaceId, { id, name, at, by });
  await putRevision(tx, workspaceId, {
    policyId: id,
    revision,
    document: { name, contents, defaults, tests: [], contact, explainsRules },
    message: 'Copied for a proof.',
    at,
    publishedBy: by,
    approvedBy: null,
    restoredFrom: null,
  });
  return id;
}

/** The group gets the policy, over the baseline. @returns the ids of the copies */
export async function copyPoliciesForProof(
  tx: Database,
  workspaceId: string,
  {
    groupId,
    policy,
    baseline,
    at,
  }: { groupId: string; policy: ProvableVersion | null; baseline: ProvableVersion | null; at: Date },
): Promise<{ policyId: string | null; copies: string[] }> {
  const baselinePolicyId = baseline && (await copyVersion(tx, workspaceId, baseline, at));
  const policyId = policy && (await copyVersion(tx, workspaceId, policy, at));
  const items = policyId === null ? [] : [{ groupId, policyId }];
  await replaceAssignments(tx, workspaceId, { items, fallbackPolicyId: null, baselinePolicyId, version: 1 });
  return { policyId, copies: [policyId, baselinePolicyId].filter((id) => id !== null) };
}
