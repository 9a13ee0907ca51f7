// The one letter whose upper case belongs to another letter: dotless i.
const ALONE = 'ı';

function foldCharacter(character: string): string {
  if (character === ALONE) return character;
  return [...character.toLowerCase().toUpperCase()].map((each) => each.toLowerCase()).join('');
}

/** Equal for words that `canonical_matching` takes for the same: Unicode canonical caseless matching. */
export function foldWord(word: string): string {
  return [...word.normalize('NFD')].map(foldCharacter).join('').normalize('NFD');
}
