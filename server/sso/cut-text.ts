/** At most so many UTF-16 units, never half of a character: jsonb of PostgreSQL refuses such a text as a whole. */
export const cutText = (text: string, most: number): string => text.slice(0, most).replace(/[\u{D800}-\u{DBFF}]$/u, '');
