import type { ProofOutcome, ProofSubject, ProveOptions } from './subject.ts';

export type { ProofOutcome, ProofSubject, ProvenPolicy, ProveOptions, ServerSighting } from './subject.ts';

/** Tries to break every constraint of one policy version with one stock client. */
export async function provePolicy(_subject: ProofSubject, options: ProveOptions): Promise<ProofOutcome> {
  options.signal.throwIfAborted();
  throw new Error('being built');
}
