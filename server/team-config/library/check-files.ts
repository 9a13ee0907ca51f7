import type { BundleFile, TeamConfigCheck } from '#contract/team-config-files.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type Requirements, requirementsFor } from '#server/policies/index.ts';
import { checkTeamConfig } from '../check/check-team-config.ts';
import { requireBundleFiles } from './bundle-files.ts';

interface Wanted {
  files: BundleFile[];
  policyId?: string | undefined;
  groupId?: string | undefined;
}

function requirementsOf(db: Database, workspaceId: string, { policyId, groupId }: Wanted): Promise<Requirements[]> {
  if (policyId !== undefined && groupId !== undefined)
    throw new ReeveError('bad-input', { issue: 'Give either policyId or groupId.' });
  if (policyId !== undefined) return requirementsFor(db, workspaceId, { policyId });
  return groupId === undefined ? Promise.resolve([]) : requirementsFor(db, workspaceId, { groupId });
}

/** By themselves, and under a policy or what a group gets. @throws ReeveError bad-input, not-found */
export async function checkFiles(
  db: Database,
  workspaceId: string,
  wanted: Wanted,
): Promise<TeamConfigCheck & { policyName: string | null }> {
  const files = requireBundleFiles(wanted.files);
  const policy = await requirementsOf(db, workspaceId, wanted);
  return {
    ...checkTeamConfig(files, { policy: policy.length === 0 ? null : policy }),
    policyName: policy[0]?.name ?? null,
  };
}
