import type { NameColumn } from '#server/db/erase-names.ts';

/** Where names of people are kept as text, so that they are still told when the member is gone. */
export const namesInCloud: readonly NameColumn[] = [
  { table: 'cloud_environments', column: 'creator_name', id: 'creator_id' },
  { table: 'cloud_environment_secrets', column: 'updated_by' },
  { table: 'cloud_runner_tokens', column: 'created_by' },
];
