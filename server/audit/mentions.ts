const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Whether a text holds one of these values as whole words, in any case: "Sam" is in "sam@…" and not in "SAML" or "same". */
export function mentionsOf(values: readonly string[]): (text: string) => boolean {
  if (values.length === 0) return () => false;
  const anyOf = values.map(escaped).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${anyOf})(?![\\p{L}\\p{N}])`, 'iu');
  return (text) => pattern.test(text);
}
