import { sql } from 'kysely';
import type { EgressRule } from '#contract/internet-access.ts';
import type { Database } from '#server/db/open-database.ts';

/** What another setting of the environment, or of the workspace, would have let through. */
const curable: readonly EgressRule[] = [
  'internet-off',
  'workspace-off',
  'domain-not-listed',
  'method-not-allowed',
  'websocket-not-allowed',
];

export interface NeededDomainRow {
  host: string;
  methods: string[];
  count: number;
  lastAt: Date;
  rule: EgressRule;
}

/** Hosts that were refused, the most wanted first. `memberId` null: of everybody's tasks. */
export async function listRefusedHosts(
  db: Database,
  workspaceId: string,
  { environmentId, memberId, since }: { environmentId: string; memberId: string | null; since: Date },
): Promise<NeededDomainRow[]> {
  const isTheirs =
    memberId === null
      ? sql``
      : sql`and exists (select 1 from cloud_attempts a where a.id = x.attempt_id and a.member_id = ${memberId})`;
  const { rows } = await sql<NeededDomainRow>`
    select x.host, array_agg(distinct x.method) as methods, count(*)::integer as count, max(x.at) as "lastAt",
      (array_agg(x.rule order by x.at desc, x.id desc))[1] as rule
    from cloud_egress x
    where x.workspace_id = ${workspaceId} and x.environment_id = ${environmentId} and x.at >= ${since}
      and not x.is_allowed and x.rule in (${sql.join(curable)}) ${isTheirs}
    group by x.host order by count(*) desc, x.host limit 100`.execute(db);
  return rows;
}
