import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { installationChain } from './chain/chain-link.ts';

const workspaceOf = (chain: string): string | null => (chain === installationChain ? null : chain);

/** Links with their entries, in their order; without an entry where it is gone. */
export const listLinks = (
  db: Database,
  chain: string,
  { after, upTo, limit }: { after: number; upTo?: number | undefined; limit: number },
) =>
  db
    .selectFrom('audit_chain as c')
    .leftJoin('audit_events as e', 'e.id', 'c.event_id')
    .selectAll('e')
    .select(['c.seq', 'c.previous', 'c.hash', 'c.event_id'])
    .where('c.chain', '=', chain)
    .where('c.seq', '>', after)
    .$if(upTo !== undefined, (query) => query.where('c.seq', '<=', upTo ?? 0))
    .orderBy('c.seq')
    .limit(limit)
    .execute();

export type LinkRow = Awaited<ReturnType<typeof listLinks>>[number];

/** The hashes of links, for the tree. */
export const listHashes = (
  db: Database,
  chain: string,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
) =>
  db
    .selectFrom('audit_chain')
    .select(['seq', 'hash'])
    .where('chain', '=', chain)
    .where('seq', '>', after)
    .where('seq', '<=', upTo)
    .orderBy('seq')
    .limit(limit)
    .execute();

export const findHead = (db: Database, chain: string) =>
  db
    .selectFrom('audit_chain')
    .select(['seq', 'hash'])
    .where('chain', '=', chain)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();

/** Entries in no chain: those from before it that still wait, and what was written past Reeve. */
export const listUnlinked = (db: Database, chain: string, { afterId, limit }: { afterId: string; limit: number }) =>
  db
    .selectFrom('audit_events as e')
    .select(['e.id', 'e.at', sql<boolean>`e.seal is null`.as('waits')])
    .where('e.workspace_id', 'is not distinct from', workspaceOf(chain))
    .where('e.id', '>', afterId)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('audit_chain as c').select('c.seq').whereRef('c.event_id', '=', 'e.id'))),
    )
    .orderBy('e.id')
    .limit(limit)
    .execute();

/** Every chain there is: the installation's and one of each workspace that has entries, but those of proofs, which go with them. */
export async function listChains(db: Database): Promise<string[]> {
  // Chain by chain along the key, because counting all links to find a few names takes long.
  const { rows } = await sql<{ chain: string }>`
    with recursive chains as (
      (select chain from audit_chain order by chain limit 1)
      union all
      select (select c.chain from audit_chain c where c.chain > chains.chain order by c.chain limit 1) from chains
      where chains.chain is not null
    ) select chain from chains where chain is not null
      and not exists (select 1 from workspaces w where w.id = chains.chain and w.proof_run_id is not null)`.execute(db);
  return rows.map(({ chain }) => chain);
}

export const findLinkOf = (db: Database, eventId: string) =>
  db
    .selectFrom('audit_chain')
    .select(['chain', 'seq', 'previous', 'hash'])
    .where('event_id', '=', eventId)
    .executeTakeFirst();

export const countUnsealed = async (db: Database, workspaceId: string): Promise<number> => {
  const row = await db
    .selectFrom('audit_events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('seal', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
};
