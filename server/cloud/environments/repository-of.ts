import type { Environment } from '#contract/environments.ts';
import type { RepositoryRow } from '#server/connectors/index.ts';

/** Also of one that is not known any more: the environment still names it. */
export const repositoryOf = (id: string, row: RepositoryRow | undefined): Environment['repositories'][number] => ({
  id,
  name: row?.name ?? 'unknown',
  host: row ? new URL(row.url).host : '',
  defaultBranch: row?.defaultBranch ?? '',
  state: row?.state ?? 'removed',
});
