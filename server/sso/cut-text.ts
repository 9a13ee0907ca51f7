/** At most so many UTF-16 units, never half of a character: jsonb of PostgreSQL refuses such a text as a whole. */
export const cutText = (text: string, most: number): string => text.slice(0, most).replace(/[\u{D800}-\u{DBFF}]$/u, '');

/** What others wrote goes into the audit log, and jsonb can hold neither U+0000 nor half of a character. */
export const storableText = (text: string, most: number): string =>
  cutText(text, most).toWellFormed().replaceAll('\0', '\u{FFFD}');
