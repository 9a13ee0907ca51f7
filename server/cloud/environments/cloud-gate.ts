import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { readSettings } from '#server/workspace/index.ts';

/**
 * Asked at every call that makes or runs something. What is there can be read and deleted while Codex cloud is off.
 * @throws ReeveError cloud-off
 */
export async function requireCloudOn(db: Database, workspaceId: string): Promise<void> {
  if (!(await readSettings(db, workspaceId)).codexCloudEnabled) throw new ReeveError('cloud-off');
}
