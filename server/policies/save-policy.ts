import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { listAssignments, lockAssignmentState } from './assignment-queries.ts';
import { supersedePolicy } from './delivery-queries.ts';
import { deletePolicy, insertPolicy, isNameTaken, lockPolicy, updatePolicy } from './queries.ts';
import { validateDocument } from './validate-document.ts';

interface By {
  workspaceId: string;
  actor: Actor;
}

/** What a client would refuse is never stored: it would lock out everyone it is assigned to. */
function requireAcceptable(contents: string): void {
  const problems = validateDocument(contents).filter(({ severity }) => severity === 'error');
  if (problems.length > 0) throw new ReeveError('policy-refused', { diagnostics: problems });
}

async function requireFreeName(
  tx: Database,
  workspaceId: string,
  name: string,
  exceptId: string | null,
): Promise<void> {
  if (await isNameTaken(tx, workspaceId, name, exceptId))
    throw new ReeveError('already-exists', { field: 'name', name });
}

export async function createPolicy(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: By,
  { name, contents }: { name: string; contents: string },
): Promise<string> {
  requireAcceptable(contents);
  const id = newId('pol');
  const at = clock();
  await db.transaction().execute(async (tx) => {
    await requireFreeName(tx, workspaceId, name, null);
    await insertPolicy(tx, { id, name, contents }, { workspaceId, at, by: actor.label });
    await record(tx, actor, 'policy.created', {
      at,
      subject: { kind: 'policy', id, label: name },
      after: { name, contents },
    });
  });
  return id;
}

interface PolicyChange {
  id: string;
  expectedRevision: number;
  name?: string | undefined;
  contents?: string | undefined;
}

export async function changePolicy(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: By,
  change: PolicyChange,
): Promise<void> {
  if (change.contents !== undefined) requireAcceptable(change.contents);
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const before = await lockPolicy(tx, workspaceId, change.id);
    if (!before) throw new ReeveError('not-found', { policyId: change.id });
    if (before.revision !== change.expectedRevision)
      throw new ReeveError('conflict', { currentRevision: before.revision, updatedBy: before.updated_by });
    const after = { name: change.name ?? before.name, contents: change.contents ?? before.contents };
    if (after.name !== before.name) await requireFreeName(tx, workspaceId, after.name, change.id);
    // The name travels with the policy into the client's messages, so a new name is a new revision too.
    await updatePolicy(
      tx,
      { id: change.id, ...after, revision: before.revision + 1 },
      { workspaceId, at, by: actor.label },
    );
    await supersedePolicy(tx, workspaceId, { policyId: change.id, at });
    const subject = { kind: 'policy', id: change.id, label: after.name };
    await record(tx, actor, 'policy.updated', {
      at,
      subject,
      before: { name: before.name, contents: before.contents, revision: before.revision },
      after: { ...after, revision: before.revision + 1 },
    });
  });
}

export async function removePolicy(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: By,
  id: string,
): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const { fallbackPolicyId } = await lockAssignmentState(tx, workspaceId);
    const before = await lockPolicy(tx, workspaceId, id);
    if (!before) throw new ReeveError('not-found', { policyId: id });
    const groups = (await listAssignments(tx, workspaceId))
      .filter(({ policyId }) => policyId === id)
      .map(({ groupName }) => groupName);
    if (groups.length > 0 || fallbackPolicyId === id)
      throw new ReeveError('policy-in-use', { groups, isFallback: fallbackPolicyId === id });
    await deletePolicy(tx, workspaceId, id);
    await record(tx, actor, 'policy.deleted', {
      at,
      subject: { kind: 'policy', id, label: before.name },
      before: { name: before.name, contents: before.contents },
    });
  });
}
