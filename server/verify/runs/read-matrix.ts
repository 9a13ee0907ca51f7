import { testedClients } from '#contract/tested-clients.ts';
import { listProvable } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { listNewestCells } from './cell-queries.ts';
import { readClients } from './client-store.ts';
import { whyCannotRun } from './proof-worker.ts';
import { cellOf, runOf } from './read-runs.ts';
import { findUnfinishedRun } from './run-queries.ts';
import { readSchedule } from './schedule.ts';
import { noPolicyName, provableIn, sumOfPolicy } from './start-run.ts';

/** The newest verdict of each published policy with each pinned client, and whether it still is of what is published. */
export async function readMatrix(services: Pick<Services, 'db' | 'config'>, workspaceId: string) {
  const { db } = services;
  const provable = await listProvable(db, workspaceId);
  const published = provable.policies.map(({ policyId, name, revision }) => ({ id: policyId, name, revision }));
  const policies = [...published, { id: null, name: noPolicyName, revision: 0 }];
  const sums = new Map<string | null, string>();
  for (const { id } of policies) {
    const { policy, baseline } = provableIn(provable, id);
    sums.set(id, sumOfPolicy(policy, baseline));
  }
  const known: readonly string[] = testedClients;
  const cells = (await listNewestCells(db, workspaceId)).filter(
    ({ policy_id, client_version }) => sums.has(policy_id) && known.includes(client_version),
  );
  const running = await findUnfinishedRun(db, workspaceId);
  return {
    policies,
    clients: readClients(services),
    cells: cells.map((row) => ({ ...cellOf(row), isCurrent: sums.get(row.policy_id) === row.policy_sha256 })),
    running: running ? runOf(running) : null,
    schedule: await readSchedule(db, workspaceId),
    cannotRun: await whyCannotRun(),
  };
}
