import { type Checkpoint, checkpointHash, NotSigned, openCheckpoint, type TrustedKeys } from './checkpoint.ts';
import type { Problem, VerificationReport } from './verification.ts';

export type CheckTimeStamp = (jws: string, token: Uint8Array) => Promise<{ at: string } | { problem: string }>;

export interface CopiedCheckpoint {
  jws: string;
  /** RFC 3161 answers, DER. */
  timeStamps: readonly Uint8Array[];
  /** Where it comes from, for messages. */
  from: string;
}

type Source = 'file' | 'outside';
interface Opened {
  claims: Checkpoint;
  source: Source;
  from: string;
}

const about = ({ source, from, claims }: Opened): string =>
  source === 'file' ? `checkpoint ${claims.number}` : `checkpoint ${claims.number} that was kept outside (${from})`;

/** Compares the growing tree with checkpoints: those of the export as they come, those from outside when their size is reached. */
export class CheckpointVerifier {
  readonly #keys: TrustedKeys;
  readonly #chain: string;
  readonly #report: (problem: Problem) => void;
  readonly #checkTimeStamp: CheckTimeStamp | null;
  readonly #awaited = new Map<number, Opened[]>();
  readonly #agreed: Record<Source, number> = { file: 0, outside: 0 };
  readonly #differs: Record<Source, boolean> = { file: false, outside: false };
  #before: { number: number; hash: string } | null = null;
  #largest: Opened | null = null;
  readonly checkpoints: VerificationReport['checkpoints'] = { verified: 0, newest: null };
  readonly outside: VerificationReport['outside'] = { verified: 0, ofOtherChains: 0, newest: null };
  readonly timeStamps: VerificationReport['timeStamps'] = { verified: 0, newest: null };

  constructor(options: {
    keys: TrustedKeys;
    chain: string;
    report: (problem: Problem) => void;
    checkTimeStamp: CheckTimeStamp | null;
  }) {
    this.#keys = options.keys;
    this.#chain = options.chain;
    this.#report = options.report;
    this.#checkTimeStamp = options.checkTimeStamp;
  }

  async #open({ jws, timeStamps, from }: CopiedCheckpoint, source: Source): Promise<Opened | null> {
    try {
      const opened = { claims: await openCheckpoint(jws, this.#keys), source, from };
      if (opened.claims.chain !== this.#chain) {
        if (source === 'outside') this.outside.ofOtherChains += 1;
        else this.#report({ kind: 'not-signed', seq: null, message: `${from}: is a checkpoint of another log.` });
        return null;
      }
      for (const token of timeStamps) await this.#checkToken(opened, jws, token);
      return opened;
    } catch (error) {
      if (!(error instanceof NotSigned)) throw error;
      this.#report({ kind: 'not-signed', seq: null, message: `${from}: the checkpoint ${error.message}.` });
      return null;
    }
  }

  async #checkToken(opened: Opened, jws: string, token: Uint8Array): Promise<void> {
    if (!this.#checkTimeStamp) return;
    const { size } = opened.claims;
    const result = await this.#checkTimeStamp(jws, token);
    if ('problem' in result) {
      const message = `The time stamp of ${about(opened)} ${result.problem}.`;
      this.#report({ kind: 'time-stamp', seq: size, message });
      return;
    }
    this.timeStamps.verified += 1;
    if (!this.timeStamps.newest || this.timeStamps.newest.at < result.at)
      this.timeStamps.newest = { size, at: result.at };
  }

  /** Before the first entry. */
  async expectOutside(copies: Iterable<CopiedCheckpoint>): Promise<void> {
    for (const copy of copies) {
      const opened = await this.#open(copy, 'outside');
      if (!opened) continue;
      const { size } = opened.claims;
      this.#awaited.set(size, [...(this.#awaited.get(size) ?? []), opened]);
      if (size > (this.#largest?.claims.size ?? 0)) this.#largest = opened;
    }
  }

  get expectsAny(): boolean {
    return this.#awaited.size > 0;
  }

  isAwaited(size: number): boolean {
    return this.#awaited.has(size);
  }

  /** After each entry whose size `isAwaited`. */
  reach(size: number, root: string, isTroubled: boolean): void {
    for (const opened of this.#awaited.get(size) ?? []) this.#compare(opened, root, isTroubled);
    this.#awaited.delete(size);
  }

  /** A checkpoint of the export, where it stands in it. */
  async meet(copy: CopiedCheckpoint, tree: { size: number; root: () => string }, isTroubled: boolean): Promise<void> {
    const opened = await this.#open(copy, 'file');
    if (!opened) return;
    this.#follow(opened.claims, copy.jws);
    if (opened.claims.size > (this.#largest?.claims.size ?? 0)) this.#largest = opened;
    this.#compare(opened, opened.claims.size === tree.size ? tree.root() : null, isTroubled);
  }

  #follow({ number, previous, size }: Checkpoint, jws: string): void {
    const before = this.#before ?? { number: 0, hash: null };
    if (number !== before.number + 1 || previous !== before.hash)
      this.#report({
        kind: 'missing-checkpoint',
        seq: size,
        message: `Checkpoint ${number} does not follow checkpoint ${before.number}: one between them is missing or was replaced.`,
      });
    this.#before = { number, hash: checkpointHash(jws) };
  }

  #compare(opened: Opened, root: string | null, isTroubled: boolean): void {
    const { source, claims } = opened;
    if (root === claims.root) {
      const side = source === 'file' ? this.checkpoints : this.outside;
      side.verified += 1;
      side.newest = { number: claims.number, size: claims.size, at: claims.at };
      this.#agreed[source] = claims.size;
      return;
    }
    // What differs once differs from then on: the first place is the one that says something.
    if (this.#differs[source]) return;
    this.#differs[source] = true;
    const from = this.#agreed[source] + 1;
    this.#report({
      kind: 'rewritten',
      seq: from,
      to: claims.size,
      message: isTroubled
        ? `Entries ${from} to ${claims.size} are not those that ${about(opened)} was made of, as follows from what is told above.`
        : `Entries ${from} to ${claims.size} are not those that ${about(opened)} was made of on ${claims.at}: at least one of them was rewritten, with every link after it.`,
    });
  }

  /** After the last entry. */
  end(lastSeq: number): void {
    const largest = this.#largest;
    if (!largest || largest.claims.size <= lastSeq) return;
    const { size } = largest.claims;
    this.#report({
      kind: 'cut-off',
      seq: lastSeq + 1,
      to: size,
      message: `Entries ${lastSeq + 1} to ${size} are missing at the end: ${about(largest)} covers them.`,
    });
  }

  get covered(): number {
    return Math.max(this.checkpoints.newest?.size ?? 0, this.outside.newest?.size ?? 0);
  }
}
