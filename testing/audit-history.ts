import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { firstPrevious, linkHash } from '#server/audit/chain/chain-link.ts';
import {
  type Checkpoint,
  checkpointAlgorithm,
  checkpointHash,
  readKeys,
  type SigningKey,
  signCheckpoint,
  signRotation,
  type TrustedKeys,
} from '#server/audit/chain/checkpoint.ts';
import { GrowingTree } from '#server/audit/chain/merkle-tree.ts';
import { type EntryContent, personalFieldsOf, sealContent } from '#server/audit/chain/sealed-content.ts';

export interface TestKey extends SigningKey {
  jwk: JWK;
}

export async function makeTestKey(kid: string): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(checkpointAlgorithm, { crv: 'Ed25519' });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: checkpointAlgorithm } };
}

export interface History {
  lines: string[];
  checkpoints: { jws: string; claims: Checkpoint }[];
  keys: TrustedKeys;
  hashes: string[];
}

export interface HistoryPlan {
  chain?: string;
  contents: readonly EntryContent[];
  /** After how many entries a checkpoint is made, rising. */
  checkpointsAt: readonly number[];
  key: TestKey;
  /** Signs from its checkpoint on. */
  nextKey?: { key: TestKey; fromCheckpoint: number };
  /** Entries, by place, whose actor is erased, and the id of the entry that says so. */
  erased?: { places: ReadonlySet<number>; order: string };
}

/** What an honest server exports, or somebody who has its key. */
export async function makeHistory(plan: HistoryPlan): Promise<History> {
  const { chain = 'ws_test', contents, checkpointsAt, key, nextKey, erased } = plan;
  const tree = new GrowingTree();
  const at = '2026-03-02T00:00:00.000Z';
  const lines: string[] = [];
  const checkpoints: History['checkpoints'] = [];
  const hashes: string[] = [];
  let previous = firstPrevious;
  const addCheckpoint = async () => {
    const before = checkpoints.at(-1);
    const number = checkpoints.length + 1;
    const claims: Checkpoint = {
      v: 1,
      chain,
      number,
      size: tree.size,
      root: tree.root(),
      head: previous,
      at,
      previous: before ? checkpointHash(before.jws) : null,
    };
    const signer = nextKey && number >= nextKey.fromCheckpoint ? nextKey.key : key;
    const jws = await signCheckpoint(claims, signer);
    checkpoints.push({ jws, claims });
    lines.push(JSON.stringify({ kind: 'checkpoint', jws, timeStamps: [] }));
  };
  for (const [place, content] of contents.entries()) {
    const { text, salts } = sealContent(content);
    const seq = place + 1;
    const hash = linkHash({ chain, seq, previous, seal: text });
    const isErased = erased?.places.has(place) ?? false;
    const open = personalFieldsOf(content).map(({ path, value }, index) =>
      isErased && erased && path === '/actor/label' ? { erased: erased.order, at } : [salts[index], value],
    );
    lines.push(JSON.stringify({ kind: 'entry', seq, previous, hash, seal: JSON.parse(text), open }));
    tree.append(hash);
    hashes.push(hash);
    previous = hash;
    if (checkpointsAt.includes(seq)) await addCheckpoint();
  }
  lines.push(JSON.stringify({ kind: 'end', entries: contents.length }));
  const rotations = nextKey
    ? [await signRotation({ v: 1, kid: nextKey.key.kid, jwk: { ...nextKey.key.jwk }, at }, key)]
    : [];
  const keys = [key.jwk, ...(nextKey ? [nextKey.key.jwk] : [])];
  lines.unshift(JSON.stringify({ kind: 'reeve-audit', v: 1, chain, exportedAt: at, keys, rotations }));
  return { lines, checkpoints, keys: await readKeys([key.jwk]), hashes };
}

/** mulberry32: the same numbers for the same seed, so that a failure can be had again. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const texts = ['', 'Kernel', 'Ada <ada@example.com>', '\u{1f600} \u2028"\\/', '{"a":1}', 'x'.repeat(300), '10'];

function randomValue(random: () => number, depth = 0): unknown {
  const kind = Math.floor(random() * (depth > 2 ? 5 : 7));
  const some = () => Math.floor(random() * 4);
  if (kind <= 1) return texts[Math.floor(random() * texts.length)];
  if (kind === 2) return Math.round((random() - 0.5) * 1e9) / 2 ** some();
  if (kind === 3) return [1e21, 1e-7, -0, 0.1, 123456789012345680000][some()];
  if (kind === 4) return random() < 0.5 ? null : random() < 0.5;
  if (kind === 5) return Array.from({ length: some() }, () => randomValue(random, depth + 1));
  const keys = ['name', '10', '9', 'é', 'a/b~c', 'Z', '', '\u{1f600}'].filter(() => random() < 0.3);
  return Object.fromEntries(keys.map((key) => [key, randomValue(random, depth + 1)]));
}

export function randomContent(random: () => number, place: number): EntryContent {
  return {
    id: `aud_${String(place).padStart(6, '0')}`,
    at: new Date(Date.parse('2026-03-01T00:00:00Z') + place * 1000).toISOString(),
    event: random() < 0.5 ? 'group.updated' : 'member.updated',
    actor: { kind: 'member', id: `mem_${Math.floor(random() * 5)}`, label: texts[Math.floor(random() * 7)] ?? '' },
    subject: random() < 0.2 ? null : { kind: 'group', id: 'grp_1', label: 'Kernel' },
    ip: random() < 0.3 ? null : '192.0.2.1',
    // As it comes back from the database.
    payload: JSON.parse(JSON.stringify({ after: randomValue(random), count: place })) as Record<string, unknown>,
    ...(random() < 0.1 && { isEarlier: true as const }),
  };
}
