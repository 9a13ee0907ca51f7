import process from 'node:process';

/** A peer tells its parent what it made, once, and ends when the parent goes. */
export function announce(facts: Record<string, unknown>): void {
  process.send?.(facts);
  process.once('disconnect', () => process.exit(0));
}
