import { hash } from 'node:crypto';

/** Before the first link. */
export const firstPrevious = '0'.repeat(64);

/** The chain of what belongs to no workspace. */
export const installationChain = 'installation';

export const chainOf = (workspaceId: string | null): string => workspaceId ?? installationChain;

export interface Link {
  chain: string;
  /** From 1, without a gap. */
  seq: number;
  /** The hash of the link before, in hexadecimal. */
  previous: string;
  /** What is sealed of the entry, as canonical JSON. */
  seal: string;
}

/**
 * SHA-256 of the link as RFC 8785 writes it, which is how the trigger of migration 0015 makes it. The names of chains are ids, and need no
 * escapes.
 */
export function linkHash({ chain, seq, previous, seal }: Link): string {
  const content = hash('sha256', seal, 'hex');
  return hash(
    'sha256',
    `{"chain":"${chain}","content":"${content}","previous":"${previous}","seq":${seq},"v":1}`,
    'hex',
  );
}
