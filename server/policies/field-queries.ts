import { type RawBuilder, sql } from 'kysely';
import { applying } from './receipt-queries.ts';

/** `member_id`, `client`, `version` (null: it said none), `last_at`: a row of `clientsInTheField`. */
export interface FieldClient {
  member_id: string;
  client: string;
  version: string | null;
  last_at: Date;
}

/**
 * Which clients people run: seen with a model call, or fetching their policy, since then. Who was updated runs the former version no more:
 * it counts until the member's newest version of that client was first seen, so that two machines with two versions both stand.
 */
export const clientsInTheField = (workspaceId: string, since: Date): RawBuilder<FieldClient> => sql<FieldClient>`(
  select member_id, client, nullif(version, '') as version, last_at from (
    select member_id, client, version, last_at, max(first_at) over (partition by member_id, client) as updated_at from (
      select member_id, client, version, min(first_at) as first_at, max(last_at) as last_at from (
        select member_id, client, version, first_seen_at as first_at, last_seen_at as last_at from seen_clients
          where workspace_id = ${workspaceId} and last_seen_at > ${since}
        union all
        select member_id, client, client_version, first_at, last_at from policy_receipts
          where workspace_id = ${workspaceId} and last_at > ${since}
      ) looks group by member_id, client, version
    ) versions
  ) ages where last_at >= updated_at
)`;

export interface GovernedClient extends FieldClient {
  policy_name: string | null;
  revision: number | null;
  /** Null: no fetch of this client is known. */
  is_current: boolean | null;
}

/** The same for active members, with what each client fetched last: by its own name if it did, else by any name of that version. */
export const governedClients = (workspaceId: string, since: Date): RawBuilder<GovernedClient> => sql<GovernedClient>`(
  select f.member_id, f.client, f.version, f.last_at, coalesce(v.name, p.name) as policy_name,
    case when r.policy_id is not null then r.revision end as revision, r.policy_key = c.policy_key as is_current
  from ${clientsInTheField(workspaceId, since)} f
  join ${applying(workspaceId, null)} c on c.member_id = f.member_id
  left join lateral (
    select policy_key, policy_id, revision from policy_receipts r
    where r.workspace_id = ${workspaceId} and r.member_id = f.member_id and r.client_version = coalesce(f.version, '')
    order by (r.client = f.client) desc, r.last_at desc limit 1
  ) r on true
  left join policies p on p.id = r.policy_id
  left join policy_revisions v on v.policy_id = r.policy_id and v.revision = r.revision
)`;
