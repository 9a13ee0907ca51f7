// Dotless i, whose upper case belongs to another letter, and the pairs of Unicode 17, which the client does not know yet.
const ALONE = /[ı\uA7CE\uA7CF\uA7D2-\uA7D5\u{16EA0}-\u{16ED3}]/u;

function foldCharacter(character: string): string {
  if (ALONE.test(character)) return character;
  return [...character.toLowerCase().toUpperCase()].map((each) => each.toLowerCase()).join('');
}

/** Equal for words that `canonical_matching` takes for the same: Unicode canonical caseless matching. */
export function foldWord(word: string): string {
  return [...word.normalize('NFD')].map(foldCharacter).join('').normalize('NFD');
}
