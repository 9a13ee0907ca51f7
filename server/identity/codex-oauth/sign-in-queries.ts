import type { Database } from '#server/db/open-database.ts';
import { type HeldRole, heldRoles } from '#server/roles/index.ts';

export interface SignInWorkspace {
  id: string;
  name: string;
  codexLocalEnabled: boolean;
  deviceCodeEnabled: boolean;
}

/** The workspace people sign in to before it is known who they are: an installation has one. */
export async function findSignInWorkspace(db: Database): Promise<SignInWorkspace | undefined> {
  return db
    .selectFrom('workspaces')
    .select(['id', 'name', 'codex_local_enabled as codexLocalEnabled', 'device_code_enabled as deviceCodeEnabled'])
    .where('proof_run_id', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

export interface SigningInMember {
  id: string;
  workspaceId: string;
  workspaceName: string;
  email: string;
  name: string;
  held: HeldRole[];
  status: 'invited' | 'active' | 'suspended' | 'deprovisioned';
  codexLocalEnabled: boolean;
}

export async function findSigningInMember(db: Database, memberId: string): Promise<SigningInMember | undefined> {
  return db
    .selectFrom('members')
    .innerJoin('workspaces', 'workspaces.id', 'members.workspace_id')
    .select([
      'members.id as id',
      'members.workspace_id as workspaceId',
      'workspaces.name as workspaceName',
      'members.email as email',
      'members.name as name',
      'members.status as status',
      'workspaces.codex_local_enabled as codexLocalEnabled',
    ])
    .select(heldRoles('members.id', 'members.workspace_id').as('held'))
    .where('members.id', '=', memberId)
    .executeTakeFirst();
}
