import type { Database } from '#server/db/open-database.ts';

interface Freeze {
  at: Date;
  by: string;
  because: string;
}

export const setFreeze = async (tx: Database, workspaceId: string, freeze: Freeze | null): Promise<void> => {
  await tx
    .updateTable('workspaces')
    .set({
      policies_frozen_at: freeze?.at ?? null,
      policies_frozen_by: freeze?.by ?? null,
      policies_frozen_because: freeze?.because ?? null,
    })
    .where('id', '=', workspaceId)
    .execute();
};

export const setOwners = async (
  tx: Database,
  workspaceId: string,
  { secondApprover, managedBy }: { secondApprover: boolean; managedBy: string | null },
): Promise<void> => {
  await tx
    .updateTable('workspaces')
    .set({ policy_second_approver: secondApprover, policies_managed_by: managedBy })
    .where('id', '=', workspaceId)
    .execute();
};
