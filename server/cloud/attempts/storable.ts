/** PostgreSQL has no U+0000, and half a surrogate pair is no text to it: what a runner passes on may have both. */
export const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();
export const storableOrNull = (text: string | null): string | null => (text === null ? null : storable(text));
