import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface CloudFacts {
  running: number;
  queued: number;
  /** Of the member who runs most at once. */
  mostOfOneMember: number;
  environments: number;
  /** Whose agents have internet access, as far as the environment says. */
  withInternet: number;
  /** Attempts that run in those. */
  runningWithInternet: number;
}

/** Hosted attempts and environments, as they are at this moment. */
export async function readCloudFacts(db: Database, workspaceId: string): Promise<CloudFacts> {
  const { rows } = await sql<CloudFacts>`
    with alive as (
      select a.member_id, a.environment_id, a.state from cloud_attempts a
      where a.workspace_id = ${workspaceId} and a.state not in ('completed', 'failed', 'cancelled')
    ), made as (
      select e.id, (e.settings -> 'internet' ->> 'isOn')::boolean as has_internet from cloud_environments e
      where e.workspace_id = ${workspaceId} and e.deleted_at is null
    )
    select
      (select count(*)::integer from alive where state <> 'queued') as running,
      (select count(*)::integer from alive where state = 'queued') as queued,
      (select coalesce(max(n), 0)::integer from (
        select count(*) as n from alive where state <> 'queued' group by member_id) as each_one) as "mostOfOneMember",
      (select count(*)::integer from made) as environments,
      (select count(*)::integer from made where has_internet) as "withInternet",
      (select count(*)::integer from alive join made on made.id = alive.environment_id
        where alive.state <> 'queued' and made.has_internet) as "runningWithInternet"`.execute(db);
  const [facts] = rows;
  if (!facts) throw new Error('counting answered nothing');
  return facts;
}
