export const editToml = (contents: string, _edits: unknown): string => contents;
