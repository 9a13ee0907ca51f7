import { hash } from 'node:crypto';

/** SHA-256, raw. The prefixes keep a leaf from passing as a node (RFC 9162 §2.1.1). */
const digest = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');

const leafInput = Buffer.alloc(33, 0);
const nodeInput = Buffer.alloc(65, 1);

/** A leaf is the hash of a link, 32 bytes. */
export function leafHash(linkHash: string): Buffer {
  leafInput.write(linkHash, 1, 'hex');
  return digest(leafInput);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 33);
  return digest(nodeInput);
}

export const emptyRoot = hash('sha256', '', 'hex');

/** A complete subtree: 2^level leaves from index · 2^level. */
export interface Subtree {
  level: number;
  hash: Buffer;
}

/**
 * A tree that grows to the right, of which only the roots of complete subtrees are kept: as many as the size has bits. `onSubtree` is told
 * of each subtree when it becomes complete.
 */
export class GrowingTree {
  #subtrees: Subtree[];
  #size: number;
  readonly #onSubtree: ((level: number, index: number, hash: Buffer) => void) | undefined;

  constructor(
    onSubtree?: (level: number, index: number, hash: Buffer) => void,
    { size, subtrees }: { size: number; subtrees: readonly Subtree[] } = { size: 0, subtrees: [] },
  ) {
    this.#onSubtree = onSubtree;
    this.#size = size;
    this.#subtrees = [...subtrees];
  }

  /** The same tree, telling somebody from here on. */
  observed(onSubtree: (level: number, index: number, hash: Buffer) => void): GrowingTree {
    return new GrowingTree(onSubtree, { size: this.#size, subtrees: this.#subtrees });
  }

  get size(): number {
    return this.#size;
  }

  append(linkHash: string): void {
    this.appendSubtree({ level: 0, hash: leafHash(linkHash) });
  }

  /** The next leaves as a whole; the size must be a multiple of how many there are. */
  appendSubtree(added: Subtree): void {
    this.#size += 2 ** added.level;
    let joined = added;
    for (;;) {
      const left = this.#subtrees.at(-1);
      if (left?.level !== joined.level) break;
      this.#subtrees.pop();
      joined = { level: joined.level + 1, hash: nodeHash(left.hash, joined.hash) };
      this.#onSubtree?.(joined.level, this.#size / 2 ** joined.level - 1, joined.hash);
    }
    this.#subtrees.push(joined);
  }

  /** In hexadecimal (RFC 9162 §2.1.1). */
  root(): string {
    const [last, ...before] = [...this.#subtrees].reverse();
    if (!last) return emptyRoot;
    return before.reduce((right, { hash: left }) => nodeHash(left, right), last.hash).toString('hex');
  }
}
