/** One word of a POSIX shell, whatever is in it; for everything in a command that somebody else wrote. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
