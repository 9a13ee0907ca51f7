const longest = 80;

/** The first words of a prompt, whole ones where there is more. */
export function titleOf(prompt: string): string {
  const line = prompt
    .split(/\r?\n/)
    .map((each) => each.replaceAll(/\s+/g, ' ').trim())
    .find((each) => each !== '');
  const words = (line ?? '').replace(/^#+ /, '');
  if (words.length <= longest) return words;
  const cut = words.slice(0, longest);
  const end = cut.lastIndexOf(' ');
  // A single word as long as that is cut where it stands, but never within a character.
  return `${(end > longest / 2 ? cut.slice(0, end) : cut.replace(/[\uD800-\uDBFF]$/, '')).trimEnd()}…`;
}
