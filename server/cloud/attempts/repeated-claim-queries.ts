import { sql } from 'kysely';
import type { AttemptNeeds } from '#server/db/cloud-tables.ts';
import type { Database } from '#server/db/open-database.ts';
import type { RunnerFacts } from './fit-runner.ts';

/** A claim as its runner calls it. */
export interface NamedClaim {
  runnerId: string;
  claimId: string;
}

export interface RepeatedLease extends NamedClaim, RunnerFacts {
  attemptId: string;
  epoch: number;
  driver: 'docker' | 'kubernetes' | 'process';
  needs: AttemptNeeds;
}

const named = (claims: readonly NamedClaim[]) =>
  sql`json_to_recordset(${JSON.stringify(claims)}::json) as n("runnerId" text, "claimId" text)`;

/**
 * What these claims were given before by an answer that nobody acted upon: leased still, and named by no heartbeat. The lease begins anew,
 * unless it was given before `since`: an answer that arrives and is of no use to its runner must not hold an attempt for ever.
 */
export async function renewRepeated(
  db: Database,
  workspaceId: string,
  { claims, since, until }: { claims: readonly NamedClaim[]; since: Date; until: Date },
): Promise<RepeatedLease[]> {
  if (claims.length === 0) return [];
  const { rows } = await sql<RepeatedLease>`
    update cloud_attempts a set lease_until = greatest(a.lease_until, ${until})
    from ${named(claims)} join cloud_runners r on r.id = n."runnerId" and r.workspace_id = ${workspaceId}
    where a.runner_id = n."runnerId" and a.claim_id = n."claimId" and a.workspace_id = ${workspaceId}
      and a.lease_until is not null and a.heard_epoch is distinct from a.epoch and a.claimed_at >= ${since}
      and r.removed_at is null
    returning a.id as "attemptId", a.epoch, a.driver, a.needs, n."runnerId", n."claimId", r.labels, r.drivers`.execute(
    db,
  );
  return rows;
}

/** Those of the claims by which something is leased. */
export async function listAnswered(
  db: Database,
  workspaceId: string,
  claims: readonly NamedClaim[],
): Promise<NamedClaim[]> {
  if (claims.length === 0) return [];
  const { rows } = await sql<NamedClaim>`
    select n."runnerId", n."claimId"
    from ${named(claims)} join cloud_attempts a on a.runner_id = n."runnerId" and a.claim_id = n."claimId"
    where a.workspace_id = ${workspaceId} and a.lease_until is not null`.execute(db);
  return rows;
}
