import type { Database } from '#server/db/open-database.ts';
import { writeEntryLine } from './chain/entry-line.ts';
import type { StoredEntry } from './chain/stored-entry.ts';
import { type ExportHeader, exportKind } from './chain/verify-export.ts';
import { type LinkRow, listLinks, listUnlinked } from './chain-queries.ts';
import { listCheckpoints } from './checkpoint-queries.ts';
import { publicKeys } from './signing-key.ts';

const rowsPerQuery = 1_000;

/** A link may have lost its entry; then every column of it is null. */
export const entryOf = ({
  seq: _seq,
  previous: _previous,
  hash: _hash,
  event_id: _id,
  ...row
}: LinkRow): StoredEntry | null => (row.id === null ? null : (row as StoredEntry));

async function* eachLink(db: Database, chain: string, upTo: number) {
  for (let after = 0; ; ) {
    const rows = await listLinks(db, chain, { after, upTo, limit: rowsPerQuery });
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < rowsPerQuery) return;
    after = last.seq;
  }
}

async function* eachCheckpoint(db: Database, chain: string) {
  for (let after = 0; ; ) {
    const rows = await listCheckpoints(db, chain, { after, limit: rowsPerQuery });
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < rowsPerQuery) return;
    after = last.number;
  }
}

async function* eachUnlinked(db: Database, chain: string) {
  for (let afterId = ''; ; ) {
    const rows = await listUnlinked(db, chain, { afterId, limit: rowsPerQuery });
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < rowsPerQuery) return;
    afterId = last.id;
  }
}

const checkpointLine = ({ jws, answer }: { jws: string; answer: string | null }): string =>
  JSON.stringify({ kind: 'checkpoint', jws, timeStamps: answer === null ? [] : [answer] });

/**
 * The log as lines of JSON, each checkpoint behind the last entry that it covers: all that `verifyExport` needs, a page of rows at a time.
 * @param upTo the last entry, which a checkpoint covers
 */
export async function* exportChain(
  db: Database,
  chain: string,
  { upTo, at }: { upTo: number; at: Date },
): AsyncGenerator<string> {
  const header: ExportHeader = {
    kind: exportKind,
    v: 1,
    chain,
    exportedAt: at.toISOString(),
    ...(await publicKeys(db)),
  };
  yield JSON.stringify(header);
  const checkpoints = eachCheckpoint(db, chain);
  let next = await checkpoints.next();
  let entries = 0;
  for await (const link of eachLink(db, chain, upTo)) {
    yield writeEntryLine(link, entryOf(link));
    entries += 1;
    while (!next.done && next.value.size <= link.seq) {
      yield checkpointLine(next.value);
      next = await checkpoints.next();
    }
  }
  // Those of entries that came while the first ones were written are left out.
  for (; !next.done && next.value.size <= upTo; next = await checkpoints.next()) yield checkpointLine(next.value);
  for await (const { id, at: when, waits } of eachUnlinked(db, chain))
    yield JSON.stringify({ kind: 'unlinked', id, at: when.toISOString(), waits });
  yield JSON.stringify({ kind: 'end', entries });
}
