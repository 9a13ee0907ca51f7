import canonicalize from 'canonicalize';
import { firstPrevious, linkHash } from './chain-link.ts';
import { changedFields, opens } from './changed-fields.ts';
import { commitmentsOf, type EntryLine } from './entry-line.ts';
import { GrowingTree } from './merkle-tree.ts';
import { MissingEntries } from './missing-entries.ts';
import type { Problem, VerificationReport } from './verification.ts';

/** The event that records an order to erase somebody's values. */
export const erasureEvent = 'audit.person-erased';

interface SealedFacts {
  at?: string;
  event?: string;
  id?: string;
  isEarlier?: boolean;
  payload?: { entries?: unknown };
}

/** Follows the links of one chain, entry by entry, in bounded memory. */
export class ChainVerifier {
  readonly #chain: string;
  readonly #report: (problem: Problem) => void;
  readonly #missing = new MissingEntries();
  readonly #erased = new Map<string, VerificationReport['erasures'][number] & { lastSeq: number }>();
  /** How many entries each order says it took something from. */
  readonly #orders = new Map<string, number>();
  #last = { seq: 0, hashes: [firstPrevious] };
  #highest = 0;
  readonly tree = new GrowingTree();
  entries = 0;
  earlier = 0;
  /** Whether anything was found so far. */
  isTroubled = false;

  constructor(chain: string, report: (problem: Problem) => void) {
    this.#chain = chain;
    this.#report = (problem) => {
      this.isTroubled = true;
      report(problem);
    };
  }

  get head(): { seq: number; hash: string } {
    return { seq: this.#highest, hash: this.#last.hashes[0] ?? firstPrevious };
  }

  /** @param line of the file, for messages */
  add(entry: EntryLine, line?: number): void {
    const facts = (typeof entry.seal === 'object' && entry.seal !== null ? entry.seal : {}) as SealedFacts;
    const where = {
      seq: entry.seq,
      ...(facts.at !== undefined && { at: facts.at }),
      ...(line !== undefined && { line }),
    };
    const isInPlace = this.#checkPlace(entry, where);
    const hash = this.#checkContent(entry, where);
    if (isInPlace && !this.#last.hashes.includes(entry.previous))
      this.#report({
        ...where,
        kind: 'broken-link',
        message: `Entry ${entry.seq} does not follow entry ${this.#last.seq}: something between them was removed, inserted or rewritten.`,
      });
    this.#last = { seq: entry.seq, hashes: [entry.hash, hash] };
    this.#highest = Math.max(this.#highest, entry.seq);
    this.tree.append(entry.hash);
    this.entries += 1;
    if (facts.isEarlier === true) this.earlier += 1;
    if (facts.event === erasureEvent && facts.id !== undefined)
      this.#orders.set(facts.id, Number(facts.payload?.entries ?? 0));
  }

  /** @returns whether it stands right behind the one before */
  #checkPlace({ seq }: EntryLine, where: Omit<Problem, 'kind' | 'message'>): boolean {
    if (seq === this.#highest + 1) return this.#last.seq === this.#highest;
    if (seq > this.#highest) {
      this.#missing.add(this.#highest + 1, seq - 1);
      this.isTroubled = true;
      return false;
    }
    if (this.#missing.take(seq))
      this.#report({ ...where, kind: 'reordered', message: `Entry ${seq} stands behind entry ${this.#last.seq}.` });
    else
      this.#report({
        ...where,
        kind: 'inserted',
        message: `There is a second entry ${seq}, behind entry ${this.#last.seq}.`,
      });
    return false;
  }

  /** @returns the hash that the link should have */
  #checkContent(entry: EntryLine, where: Omit<Problem, 'kind' | 'message'>): string {
    const { seq, previous, seal } = entry;
    if (seal === null) {
      this.#report({ ...where, kind: 'removed', message: `The content of entry ${seq} is gone; its link is there.` });
      return entry.hash;
    }
    const hash = this.#hashOf(seq, previous, seal, entry.hash);
    const committed = commitmentsOf(seal);
    let isOpened = committed.length === entry.open.length;
    for (const [place, { value }] of committed.entries()) {
      const opening = entry.open[place];
      if (opening !== undefined && 'erased' in opening) this.#noteErased(opening, seq);
      else if (!opens(value, opening)) isOpened = false;
    }
    if (hash === entry.hash && isOpened && entry.found === undefined) return hash;
    const fields = changedFields(entry);
    const what = fields.length > 0 ? fields.join(', ') : 'what was sealed, or its number, its place or its hash';
    this.#report({
      ...where,
      kind: 'changed',
      ...(fields.length > 0 && { fields }),
      message: `Entry ${seq}${where.at === undefined ? '' : ` of ${where.at}`} was changed: ${what}.`,
    });
    return hash;
  }

  /** Almost always a seal that was read is written again as it was; keys that look like numbers are the exception. */
  #hashOf(seq: number, previous: string, seal: unknown, expected: string): string {
    const link = { chain: this.#chain, seq, previous };
    const hash = linkHash({ ...link, seal: JSON.stringify(seal) });
    if (hash === expected || typeof seal !== 'object') return hash;
    try {
      return linkHash({ ...link, seal: canonicalize(seal) ?? '' });
    } catch {
      return hash;
    }
  }

  #noteErased({ erased: order, at }: { erased: string; at: string }, seq: number): void {
    const known = this.#erased.get(order);
    // Several fields of one entry may be gone.
    if (known?.lastSeq === seq) return;
    if (known) Object.assign(known, { entries: known.entries + 1, lastSeq: seq });
    else this.#erased.set(order, { order, at, entries: 1, firstSeq: seq, lastSeq: seq });
  }

  get erasures(): VerificationReport['erasures'] {
    return [...this.#erased.values()].map(({ order, at, entries, firstSeq }) => ({ order, at, entries, firstSeq }));
  }

  #judgeErased({ order, entries, firstSeq }: VerificationReport['erasures'][number]): void {
    const ordered = this.#orders.get(order);
    // Fewer is right: what was not sealed yet when it was erased has nothing to account for.
    if (ordered !== undefined && entries <= ordered) return;
    const what = ordered === undefined ? 'which is not in the log' : `which says that it took them from ${ordered}`;
    this.#report({
      kind: 'erased-without-order',
      seq: firstSeq,
      message: `Values of ${entries} entries, the first one entry ${firstSeq}, were erased by the order ${order}, ${what}.`,
    });
  }

  /** After the last entry. */
  end(): void {
    for (const { from, to } of this.#missing.ranges)
      this.#report({
        kind: 'removed',
        seq: from,
        ...(to > from && { to }),
        message: from === to ? `Entry ${from} is missing.` : `Entries ${from} to ${to} are missing.`,
      });
    for (const erased of this.#erased.values()) this.#judgeErased(erased);
  }
}
