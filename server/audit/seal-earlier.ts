import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { sealContent } from './chain/sealed-content.ts';
import { contentOf } from './chain/stored-entry.ts';
import { lockUnsealed, updateSeal } from './entry-queries.ts';

const entriesPerTransaction = 500;
const atMostMs = 60_000;

/** The oldest first. One by one, because they are linked in the order in which they change. */
async function sealSome(tx: Database): Promise<number> {
  const rows = await lockUnsealed(tx, entriesPerTransaction);
  for (const row of rows) await updateSeal(tx, row.id, sealContent({ ...contentOf(row), isEarlier: true }));
  return rows.length;
}

/** Takes entries from before the chain into it, marked as such; also those that an older Reeve on the same database still writes. */
export async function sealEarlierEntries({ db, signals }: Pick<Services, 'db' | 'signals'>): Promise<number> {
  let isStopping = false;
  const stop = () => {
    isStopping = true;
  };
  signals.once('stopping', stop);
  const startedAt = performance.now();
  let sealed = 0;
  try {
    while (!isStopping && performance.now() - startedAt < atMostMs) {
      const count = await db.transaction().execute(sealSome);
      sealed += count;
      if (count < entriesPerTransaction) break;
    }
    return sealed;
  } finally {
    signals.off('stopping', stop);
  }
}
