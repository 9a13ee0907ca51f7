import type { GitRepository } from '#contract/git-servers.ts';
import { record } from '#server/audit/index.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import { countEnvironments } from './connection-queries.ts';
import { type ChoosableRow, listChoosable, setAllowed } from './repository-list-queries.ts';

const stateOf = ({ removed_at, installation_state }: ChoosableRow): GitRepository['state'] => {
  if (removed_at !== null || installation_state === 'removed') return 'removed';
  return installation_state === 'suspended' ? 'suspended' : 'connected';
};

/** By name, at most a thousand: a search finds the others. */
export async function readChoosable(
  { db }: Pick<Services, 'db'>,
  workspaceId: string,
  filter: { search?: string | undefined; show: 'allowed' | 'all' },
): Promise<GitRepository[]> {
  const rows = await listChoosable(db, workspaceId, filter);
  const environments = await countEnvironments(db, workspaceId);
  return rows.map((row) => ({
    id: row.id,
    connectionId: row.connection_id,
    installationId: row.installation_id,
    name: row.name,
    host: new URL(row.url).host,
    url: row.url,
    defaultBranch: row.default_branch,
    isPrivate: row.is_private,
    isArchived: row.is_archived,
    isAllowed: row.is_allowed,
    state: stateOf(row),
    environments: environments.get(row.id) ?? 0,
  }));
}

/** @returns how many are otherwise than before */
export const chooseRepositories = (
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: ActingMember,
  { allow, refuse }: { allow: string[]; refuse: string[] },
): Promise<number> =>
  db.transaction().execute(async (tx) => {
    const refused = await setAllowed(tx, workspaceId, refuse, false);
    const allowed = await setAllowed(tx, workspaceId, allow, true);
    await record(tx, actor, 'git.repositories-chosen', { at: clock(), after: { allowed, refused } });
    return allowed.length + refused.length;
  });
