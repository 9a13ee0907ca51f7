/** Numbers that look random and are the same for the same seed, so that the example is the same organisation everywhere. Never for secrets. */
export interface Random {
  /** 0 ≤ number < 1. */
  next(): number;
  /** A whole number from 0 to `below` − 1. */
  below(below: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** True this often, 0 to 1. */
  chance(share: number): boolean;
}

/** The linear congruential generator of Numerical Recipes (Press et al., 2nd edition, §7.1), modulo 2³². */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: (items) => items[below(items.length)] ?? items[0],
    chance: (share) => next() < share,
  };
}
