import { createHash } from 'node:crypto';

/**
 * Names of attempts from what they try, e.g. `rule-1f0c92ab`, so that another entry before it changes no name.
 * Entries that say the same are told apart by a number.
 */
export function namesByContent(kind: string, contents: readonly unknown[]): string[] {
  const times = new Map<string, number>();
  return contents.map((content) => {
    const text = JSON.stringify(content) ?? '';
    const name = `${kind}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return time === 1 ? name : `${name}-${time}`;
  });
}
