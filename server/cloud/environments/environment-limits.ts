import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { countEnvironments, lockMaking } from './environment-limit-queries.ts';

/** Made by one member; of the workspace. Whoever lists environments gets all that are shared with them at once. */
export const environmentsPerMember = 100;
export const environmentsPerWorkspace = 1_000;

/** Until the transaction ends nobody else makes one in this workspace. @throws ReeveError environment-limit */
export async function requireEnvironmentRoom(
  tx: Database,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
): Promise<void> {
  await lockMaking(tx, workspaceId);
  const { own, all } = await countEnvironments(tx, workspaceId, memberId);
  if (own >= environmentsPerMember)
    throw new ReeveError(
      'environment-limit',
      { own, environmentsPerMember },
      { message: `You have made ${own} environments, as many as one member may. Delete one first, or use another.` },
    );
  if (all >= environmentsPerWorkspace)
    throw new ReeveError(
      'environment-limit',
      { all, environmentsPerWorkspace },
      { message: `The workspace has ${all} environments, as many as it may. Somebody has to delete one first.` },
    );
}
