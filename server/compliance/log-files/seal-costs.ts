import { waitForWriters } from '#server/activity/index.ts';
import type { Services } from '#server/services.ts';
import { organizationIdOf, recordIdOf } from '../records/record-ids.ts';
import type { CostsRecord } from '../records/wire.ts';
import { type CostRow, findPeople, lastSeqBefore, type Person, sumCosts } from './cost-queries.ts';
import { readMarks } from './log-file-queries.ts';
import { openFileWriter, registerFiles } from './write-files.ts';

const hourMs = 3_600_000;
/** Nobody takes longer between looking at the clock and writing what arrived. */
const settleMs = 5 * 60_000;
const atOnce = 1_000;

/** With credits, what they are estimated to cost; else the price itself. Nothing where no call had a price. */
function billingOf({ model, input_tokens, output_tokens, cost_usd, credits }: CostRow) {
  if (cost_usd === null && credits === null) return [];
  const dollars = { value: cost_usd ?? 0, unit: 'USD' };
  const quantity = { value: input_tokens + output_tokens, unit: 'tokens' };
  const sku = `codex.${model ?? 'unknown'}`;
  if (credits === null) return [{ sku, quantity, cost: dollars }];
  return [
    {
      sku,
      quantity,
      cost: { value: credits, unit: 'CREDITS' },
      ...(cost_usd !== null && { estimated_cost_usd: dollars }),
    },
  ];
}

function costsRecord(workspaceId: string, row: CostRow, person: Person | undefined, until: Date): CostsRecord {
  const { hour, member_id, email, surface, model } = row;
  const organization_id = organizationIdOf(workspaceId);
  return {
    event_id: recordIdOf(
      'costs',
      workspaceId,
      until.toISOString(),
      hour.toISOString(),
      member_id ?? '',
      surface,
      model ?? '',
    ),
    type: 'COSTS',
    timestamp: new Date(hour.getTime() + hourMs - 1_000).toISOString(),
    principal: { id: organization_id, type: 'API_PLATFORM_ORG' },
    actor: { type: 'SYSTEM', id: 'costs_compliance' },
    payload: {
      day: hour.toISOString().slice(0, 10),
      hour: hour.getUTCHours(),
      organization_id,
      identity:
        member_id === null
          ? null
          : { user_id: member_id, email, name: person?.name ?? null, groups: person?.groups ?? [] },
      product: 'codex',
      surface: 'codex',
      client: surface,
      model,
      service_tier: null,
      reasoning: null,
      measures: {
        usage: {
          text_input_tokens: row.input_tokens - row.cached_input_tokens,
          text_cached_input_tokens: row.cached_input_tokens,
          text_output_tokens: row.output_tokens,
        },
        billing: billingOf(row),
      },
    },
  };
}

/**
 * Seals what the model calls cost that arrived up to the last full hour. A call that ended in a later hour than it began adds a record to
 * the hour in which it began: the sum of an hour’s records is what it cost.
 * @returns how many files were made
 */
export async function sealCosts(
  services: Pick<Services, 'db' | 'blobs' | 'clock'>,
  workspaceId: string,
): Promise<number> {
  const { db, clock } = services;
  const before = await readMarks(db, workspaceId);
  const until = new Date(Math.floor((clock().getTime() - settleMs) / hourMs) * hourMs);
  if (before.costs_until !== null && until <= before.costs_until) return 0;
  const afterSeq = before.costs_seq;
  const costs_seq = await db.transaction().execute(async (tx) => {
    await waitForWriters(tx);
    return lastSeqBefore(tx, workspaceId, { afterSeq, until });
  });
  const rows = await sumCosts(db, workspaceId, { afterSeq, from: before.costs_until, until });
  const madeAt = clock();
  const writer = openFileWriter(services, workspaceId);
  for (let start = 0; start < rows.length; start += atOnce) {
    const some = rows.slice(start, start + atOnce);
    const people = await findPeople(db, workspaceId, [...new Set(some.flatMap(({ member_id }) => member_id ?? []))]);
    for (const row of some) await writer.add(costsRecord(workspaceId, row, people.get(row.member_id ?? ''), until));
  }
  const files = await writer.end();
  const after = { costs_until: until, costs_seq };
  return (await registerFiles(services, { workspaceId, before, after }, files, madeAt)) ? files.length : 0;
}
