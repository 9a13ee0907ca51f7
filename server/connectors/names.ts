import type { NameColumn } from '#server/db/erase-names.ts';

/** Where names of people are kept as text: who connected a git server, and for whom a token was made. */
export const namesInConnectors: readonly NameColumn[] = [
  { table: 'git_connections', column: 'created_by' },
  { table: 'git_token_uses', column: 'for_whom' },
];
