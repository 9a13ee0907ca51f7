import { newId } from '#server/crypto/ids.ts';
import type { Services } from '#server/services.ts';

interface Wanted {
  workspaceId: string;
  policies: number;
  groups: number;
}

const chunk = 1000;
const numbered = (word: string, index: number) => `${word} ${String(index + 1).padStart(4, '0')}`;

async function inChunks<Row>(rows: readonly Row[], insert: (part: Row[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += chunk) await insert(rows.slice(start, start + chunk));
}

/**
 * Published policies `Policy 0001 …` and groups `Team 0001 …`, each group in the order at the place of its number, straight into the
 * tables. They come after nothing: the workspace must have no order of its own.
 */
export async function fillWithPolicies({ db }: Pick<Services, 'db'>, wanted: Wanted): Promise<void> {
  const { workspaceId: workspace_id, policies, groups } = wanted;
  const now = new Date();
  const contents = 'allowed_sandbox_modes = ["read-only"]\n';
  const made = Array.from({ length: policies }, (_, index) => ({ id: newId('pol'), name: numbered('Policy', index) }));
  const teams = Array.from({ length: groups }, (_, index) => ({ id: newId('grp'), name: numbered('Team', index) }));
  await inChunks(made, (part) =>
    db
      .insertInto('policies')
      .values(
        part.map((policy) => ({
          ...policy,
          workspace_id,
          contents,
          revision: 1,
          created_at: now,
          updated_at: now,
          updated_by: null,
        })),
      )
      .execute(),
  );
  await inChunks(teams, (part) =>
    db
      .insertInto('groups')
      .values(part.map((team) => ({ ...team, workspace_id, created_at: now })))
      .execute(),
  );
  const assignments = teams.map(({ id }, position) => ({
    workspace_id,
    position,
    group_id: id,
    policy_id: made[position % policies]?.id ?? '',
  }));
  await inChunks(assignments, (part) => db.insertInto('policy_assignments').values(part).execute());
}
