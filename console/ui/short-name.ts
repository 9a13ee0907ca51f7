/** "Ada Lovelace <ada@example.com>" is how the log names people for ever; where a row must stay short the name is enough. */
export const shortName = (label: string) => label.replace(/\s*<[^<>]*>$/, '') || label;
