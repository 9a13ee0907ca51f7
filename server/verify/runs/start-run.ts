import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ProofRun } from '#contract/proofs.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { listProvable, type ProvableVersion, readProvableVersion } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import { insertCells, type NewCell } from './cell-queries.ts';
import { readClients, requireClient } from './client-store.ts';
import { readRun } from './read-runs.ts';
import { findUnfinishedRun, insertRun } from './run-queries.ts';

export interface WantedPolicy {
  policyId: string | null;
  revision?: number | undefined;
}

export interface WantedRun {
  /** Left out: every published policy, and no policy at all. */
  policies?: readonly WantedPolicy[] | undefined;
  /** Left out or empty: every installed one. */
  clientVersions?: readonly string[] | undefined;
}

export const noPolicyName = 'No policy';

/** What a proof of a policy is about: its documents, and those of the baseline under it. SHA-256 of their RFC 8785 form. */
export const sumOfPolicy = (policy: ProvableVersion | null, baseline: ProvableVersion | null): string =>
  createHash('sha256')
    .update(
      canonicalize({
        contents: policy?.contents ?? null,
        defaults: policy?.defaults ?? null,
        baseline: baseline && { contents: baseline.contents, defaults: baseline.defaults },
      }) ?? '',
    )
    .digest('hex');

export interface Provable {
  policy: ProvableVersion | null;
  baseline: ProvableVersion | null;
}

/** A published policy, or none, and what lies under it; the baseline does not lie under itself. */
export function provableIn(
  { baselinePolicyId, policies }: Awaited<ReturnType<typeof listProvable>>,
  policyId: string | null,
): Provable {
  const published = (id: string | null) => policies.find((policy) => policy.policyId === id) ?? null;
  return {
    policy: published(policyId),
    baseline: baselinePolicyId === policyId ? null : published(baselinePolicyId),
  };
}

/** The same, also of an earlier version. @throws ReeveError not-found */
export async function readProvable(
  db: Database,
  workspaceId: string,
  { policyId, revision }: WantedPolicy,
): Promise<Provable> {
  const found = provableIn(await listProvable(db, workspaceId), policyId);
  if (policyId === null) return found;
  if (revision !== undefined && revision !== found.policy?.revision)
    return { ...found, policy: await readProvableVersion(db, workspaceId, { policyId, revision }) };
  if (!found.policy) throw new ReeveError('not-found', { policyId });
  return found;
}

async function wantedPolicies(db: Database, workspaceId: string, wanted: WantedRun): Promise<readonly WantedPolicy[]> {
  if (wanted.policies !== undefined && wanted.policies.length > 0) return wanted.policies;
  const { policies } = await listProvable(db, workspaceId);
  return [...policies.map(({ policyId }) => ({ policyId })), { policyId: null }];
}

function wantedVersions(services: Pick<Services, 'config'>, wanted: WantedRun): string[] {
  const named = [...new Set(wanted.clientVersions ?? [])];
  for (const version of named) requireClient(services, version);
  const installed = readClients(services).filter(({ state }) => state === 'installed');
  const versions = installed.map(({ version }) => version).filter((one) => named.length === 0 || named.includes(one));
  if (versions.length > 0) return versions;
  throw new ReeveError(
    'client-not-installed',
    {},
    { message: 'No stock client is installed on the server. Install one under Verify, or with `reeve prove install`.' },
  );
}

export interface StartedBy {
  workspaceId: string;
  actor: Actor;
  trigger: ProofRun['trigger'];
}

/**
 * Writes down what is to be proved; the process that listens takes it from there. In the caller's transaction, under the lock of the
 * workspace.
 * @throws ReeveError proof-running, client-not-installed, not-found
 */
export async function startRunIn(
  tx: Database,
  services: Pick<Services, 'config' | 'clock'>,
  { workspaceId, actor, trigger }: StartedBy,
  wanted: WantedRun,
): Promise<string> {
  await lockWorkspace(tx, workspaceId);
  const running = await findUnfinishedRun(tx, workspaceId);
  if (running) throw new ReeveError('proof-running', { runId: running.id, number: running.number });
  const versions = wantedVersions(services, wanted);
  const cells: NewCell[] = [];
  for (const one of await wantedPolicies(tx, workspaceId, wanted)) {
    const { policy, baseline } = await readProvable(tx, workspaceId, one);
    const about = {
      policyId: policy?.policyId ?? null,
      policyName: policy?.name ?? noPolicyName,
      revision: policy?.revision ?? 0,
      policySha256: sumOfPolicy(policy, baseline),
    };
    for (const clientVersion of versions) cells.push({ id: newId('prc'), ...about, clientVersion });
  }
  const at = services.clock();
  const id = newId('prf');
  const run = await insertRun(tx, { id, workspace_id: workspaceId, trigger, started_by: actor.label, created_at: at });
  await insertCells(tx, { workspaceId, runId: id, cells });
  await record(tx, actor, 'proof.started', {
    at,
    subject: { kind: 'proof', id, label: `Proof ${run.number}` },
    policies: [...new Set(cells.map(({ policyName, revision }) => `${policyName} ${revision}`))],
    clients: versions,
  });
  return id;
}

export async function startRun(
  services: Pick<Services, 'db' | 'config' | 'clock'>,
  by: StartedBy,
  wanted: WantedRun,
): Promise<ProofRun> {
  const id = await services.db.transaction().execute((tx) => startRunIn(tx, services, by, wanted));
  return readRun(services.db, by.workspaceId, id);
}
