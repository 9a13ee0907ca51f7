import type { Proof } from '#contract/audit-chain.ts';
import { type Checkpoint, followRotations, NotSigned, openCheckpoint, type TrustedKeys } from './checkpoint.ts';
import type { EntryLine } from './entry-line.ts';
import { rootOfInclusion } from './merkle-proof.ts';
import { ChainVerifier } from './verify-chain.ts';

export interface ProofReport {
  isValid: boolean;
  problem: string | null;
  seq: number;
  checkpoint: Pick<Checkpoint, 'number' | 'size' | 'at'> | null;
}

/** Whether an entry is in the log of which a trusted key signed a checkpoint, and says what was sealed. Needs nothing else. */
export async function verifyProof(proof: Proof, keys: TrustedKeys): Promise<ProofReport> {
  const entry = { kind: 'entry', ...proof.entry } as EntryLine;
  const report = (problem: string | null, checkpoint: ProofReport['checkpoint'] = null): ProofReport => ({
    isValid: problem === null,
    problem,
    seq: entry.seq,
    checkpoint,
  });
  const changes: string[] = [];
  // Alone, an entry follows nothing: what it says of its place is proved by the path.
  new ChainVerifier(proof.chain, ({ kind, message }) => {
    if (kind === 'changed' || kind === 'removed') changes.push(message);
  }).add(entry);
  if (changes[0] !== undefined) return report(changes[0]);
  try {
    const claims = await openCheckpoint(proof.checkpoint, await followRotations(keys, proof.rotations));
    const { number, size, at, root, chain } = claims;
    if (chain !== proof.chain) return report('The checkpoint is of another log.');
    if (rootOfInclusion(entry.hash, entry.seq - 1, size, proof.path) !== root)
      return report(`The entry is not in the log that checkpoint ${number} was made of.`, { number, size, at });
    return report(null, { number, size, at });
  } catch (error) {
    if (!(error instanceof NotSigned)) throw error;
    return report(`The checkpoint ${error.message}.`);
  }
}
