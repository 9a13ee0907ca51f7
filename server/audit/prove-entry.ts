import type { Proof } from '#contract/audit-chain.ts';
import { ReeveError } from '#server/fail.ts';
import type { EntryLine } from './chain/entry-line.ts';
import { writeEntryLine } from './chain/entry-line.ts';
import { inclusionPath } from './chain/merkle-proof.ts';
import { findLinkOf, listLinks } from './chain-queries.ts';
import { listCheckpoints } from './checkpoint-queries.ts';
import { entryOf } from './export-chain.ts';
import { type CheckpointServices, makeCheckpoint } from './make-checkpoint.ts';
import { publicKeys } from './signing-key.ts';
import { openStoredTree } from './stored-tree.ts';

/**
 * What proves by itself that an entry is in the log, as its newest checkpoint has it; one is made when none covers the entry.
 * @param chain the log in which to look; an entry of another one is not found
 * @throws ReeveError not-found
 */
export async function proveEntry(services: CheckpointServices, chain: string, eventId: string): Promise<Proof> {
  const { db } = services;
  const link = await findLinkOf(db, eventId);
  if (link?.chain !== chain) throw new ReeveError('not-found', { entry: eventId });
  const newest = await makeCheckpoint(services, chain);
  const [row] = await listLinks(db, chain, { after: link.seq - 1, limit: 1 });
  if (!newest || !row) throw new ReeveError('not-found', { entry: eventId });
  const { kind: _kind, ...entry } = JSON.parse(writeEntryLine(row, entryOf(row))) as EntryLine;
  const [checkpoint] = await listCheckpoints(db, chain, { after: newest.number - 1, limit: 1 });
  return {
    kind: 'reeve-audit-proof',
    v: 1,
    chain,
    entry: { ...entry, open: [...entry.open] },
    path: await inclusionPath(openStoredTree(db, chain), link.seq - 1, newest.size),
    checkpoint: newest.jws,
    timeStamps: checkpoint?.answer ? [checkpoint.answer] : [],
    ...((await publicKeys(db)) as Pick<Proof, 'keys' | 'rotations'>),
  };
}
