import type { AuditChain, CopyPlace } from '#contract/audit-chain.ts';

export const placeNames: Record<CopyPlace, string> = {
  blobs: 'Own storage',
  folder: 'Folder',
  webhook: 'Webhook',
  'time-stamp': 'Time stamp',
};

export type ChainTone = 'ok' | 'warn' | 'bad' | 'quiet';

const number = new Intl.NumberFormat('en-GB');
export const counted = (count: number, one: string, many: string): string =>
  `${number.format(count)} ${count === 1 ? one : many}`;

const outside = (chain: AuditChain) =>
  chain.copies.filter(({ place, isConfigured }) => place !== 'blobs' && isConfigured);

/** The state of the chain in a word, and what somebody should know about it. */
export function describeChain(chain: AuditChain): { tone: ChainTone; word: string; sentence: string } {
  const { verification, checkpoint } = chain;
  if (verification?.state === 'invalid')
    return { tone: 'bad', word: 'Not as sealed', sentence: 'The last verification found entries that were changed.' };
  if (checkpoint === null)
    return {
      tone: 'quiet',
      word: 'Not signed yet',
      sentence: 'Entries are linked; the first checkpoint is made within a minute.',
    };
  const places = outside(chain);
  const failing = places.filter(({ problem }) => problem !== null);
  if (failing.length > 0)
    return {
      tone: 'warn',
      word: 'Not copied',
      sentence: failing.map(({ place, problem }) => `${placeNames[place]}: ${problem}`).join(' '),
    };
  if (places.length === 0)
    return {
      tone: 'warn',
      word: 'Kept here only',
      sentence: 'Nothing is copied outside: whoever runs this server could write all of it anew.',
    };
  return { tone: 'ok', word: 'Sealed', sentence: 'Checkpoints are copied outside, so a change can be proved.' };
}
