import type { Database } from '#server/db/open-database.ts';
import type { SubtreeHash } from './chain/merkle-proof.ts';
import { GrowingTree, leafHash, nodeHash } from './chain/merkle-tree.ts';
import { listHashes } from './chain-queries.ts';
import { insertSubtrees, listSubtrees } from './checkpoint-queries.ts';

/** Subtrees of 256 and of 65,536 links are stored; what is smaller is read from the links, what is larger made of these. */
const storedLevels = [16, 8] as const;
const isStored = (level: number): boolean => storedLevels.some((stored) => stored === level);
const linksPerQuery = 5_000;

async function storedHashes(db: Database, chain: string, range: { level: number; from: number; count: number }) {
  const rows = await listSubtrees(db, chain, range);
  if (rows.length !== range.count) throw new Error(`the tree of ${chain} lacks subtrees of level ${range.level}`);
  return rows.map(({ hash }) => Buffer.from(hash, 'hex'));
}

/** The tree as it was at a checkpoint, ready to grow. */
async function treeAt(
  db: Database,
  chain: string,
  size: number,
  onSubtree: (level: number, index: number, hash: Buffer) => void,
): Promise<GrowingTree> {
  const before = new GrowingTree();
  for (const level of storedLevels) {
    const from = before.size / 2 ** level;
    const count = Math.floor((size - before.size) / 2 ** level);
    if (count === 0) continue;
    for (const hash of await storedHashes(db, chain, { level, from, count })) before.appendSubtree({ level, hash });
  }
  for (const { hash } of await listHashes(db, chain, { after: before.size, upTo: size, limit: linksPerQuery }))
    before.append(hash);
  return before.observed(onSubtree);
}

/**
 * Lets the tree grow from one checkpoint to the next, in the transaction of the next.
 * @returns the root, and the hash of the last link
 */
export async function growTree(
  tx: Database,
  chain: string,
  { from, to }: { from: number; to: number },
): Promise<{ root: string; head: string }> {
  const complete: { chain: string; level: number; index: number; hash: string }[] = [];
  const tree = await treeAt(tx, chain, from, (level, index, hash) => {
    if (isStored(level)) complete.push({ chain, level, index, hash: hash.toString('hex') });
  });
  let head = '';
  for (let after = from; after < to; ) {
    const links = await listHashes(tx, chain, { after, upTo: to, limit: linksPerQuery });
    const last = links.at(-1);
    if (last?.seq !== after + links.length) throw new Error(`the chain ${chain} has a gap behind entry ${after}`);
    for (const { hash } of links) tree.append(hash);
    head = last.hash;
    after = last.seq;
    await insertSubtrees(tx, complete.splice(0));
  }
  return { root: tree.root(), head };
}

const fold = (hashes: Buffer[]): Buffer => {
  let row = hashes;
  while (row.length > 1)
    row = row.flatMap((left, place) => {
      const right = row[place + 1];
      return place % 2 === 0 && right ? [nodeHash(left, right)] : [];
    });
  const [root] = row;
  if (!root) throw new Error('there is no subtree of nothing');
  return root;
};

/** Hashes of complete subtrees, for proofs: at most a few hundred rows are read for each. */
export function openStoredTree(db: Database, chain: string): SubtreeHash {
  return async (level, index) => {
    const below = storedLevels.find((stored) => stored <= level);
    if (below !== undefined) {
      const count = 2 ** (level - below);
      return fold(await storedHashes(db, chain, { level: below, from: index * count, count }));
    }
    const size = 2 ** level;
    const range = { after: index * size, upTo: (index + 1) * size, limit: size };
    return fold((await listHashes(db, chain, range)).map(({ hash }) => leafHash(hash)));
  };
}
