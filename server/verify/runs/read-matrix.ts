import { testedClients } from '#contract/tested-clients.ts';
import type { Database } from '#server/db/open-database.ts';
import { listProvable } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { type CellRow, listNewestCells } from './cell-queries.ts';
import { readClients } from './client-store.ts';
import { whyCannotRun } from './proof-worker.ts';
import { cellOf, runOf } from './read-runs.ts';
import { findUnfinishedRun } from './run-queries.ts';
import { readSchedule } from './schedule.ts';
import { noPolicyName, provableIn, sumOfPolicy } from './start-run.ts';

interface ProvenCell extends CellRow {
  /** Whether it is of what is published now. */
  isCurrent: boolean;
}

/** The newest proof of each published policy with each pinned client. */
export async function readProvenCells(db: Database, workspaceId: string) {
  const provable = await listProvable(db, workspaceId);
  const published = provable.policies.map(({ policyId, name, revision }) => ({ id: policyId, name, revision }));
  const policies = [...published, { id: null, name: noPolicyName, revision: 0 }];
  const sums = new Map<string | null, string>();
  for (const { id } of policies) {
    const { policy, baseline } = provableIn(provable, id);
    sums.set(id, sumOfPolicy(policy, baseline));
  }
  const known: readonly string[] = testedClients;
  const cells: ProvenCell[] = (await listNewestCells(db, workspaceId))
    .filter(({ policy_id, client_version }) => sums.has(policy_id) && known.includes(client_version))
    .map((row) => ({ ...row, isCurrent: sums.get(row.policy_id) === row.policy_sha256 }));
  return { policies, cells };
}

/** The newest verdict of each published policy with each pinned client, and whether it still is of what is published. */
export async function readMatrix(services: Pick<Services, 'db' | 'config'>, workspaceId: string) {
  const { db } = services;
  const { policies, cells } = await readProvenCells(db, workspaceId);
  const running = await findUnfinishedRun(db, workspaceId);
  return {
    policies,
    clients: readClients(services),
    cells: cells.map((row) => ({ ...cellOf(row), isCurrent: row.isCurrent })),
    running: running ? runOf(running) : null,
    schedule: await readSchedule(db, workspaceId),
    cannotRun: await whyCannotRun(),
  };
}
