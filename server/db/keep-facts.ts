import { LRUCache } from 'lru-cache';
import type { AccessChanges } from './access-changes.ts';

const keptByDefault = 20_000;

/**
 * A read whose answers are kept until anything that decides access changes. An answer is kept only if nothing changed while it was
 * read, and given out only while changes are heard: whoever asks after a change gets what the database says. What was not found is
 * asked for every time. Never inside a transaction.
 */
export function keepFacts<Fact extends object>(
  changes: Pick<AccessChanges, 'generation' | 'isHeard'>,
  read: (key: string) => Promise<Fact | undefined>,
  { max = keptByDefault }: { max?: number } = {},
): (key: string) => Promise<Fact | undefined> {
  const kept = new LRUCache<string, Fact>({ max });
  let keptSince = changes.generation;
  const mayKeep = () => {
    if (keptSince !== changes.generation) {
      kept.clear();
      keptSince = changes.generation;
    }
    return changes.isHeard();
  };
  return async (key) => {
    const known = mayKeep() ? kept.get(key) : undefined;
    if (known) return known;
    const { generation } = changes;
    const fact = await read(key);
    if (fact && mayKeep() && changes.generation === generation) kept.set(key, fact);
    return fact;
  };
}
