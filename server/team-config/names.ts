import type { NameColumn } from '#server/db/erase-names.ts';

/** Where names of people are kept as text about git servers. Versions of bundles say who made them for as long as they are there. */
export const namesInTeamConfig: readonly NameColumn[] = [{ table: 'team_config_pull_requests', column: 'opened_by' }];
