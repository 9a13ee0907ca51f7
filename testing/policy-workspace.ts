import { newId } from '#server/crypto/ids.ts';
import { directoryRoutes } from '#server/directory/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import { policiesRoutes } from '#server/policies/index.ts';
import { type ApiAnswer, apiClient } from './own-api-client.ts';
import { signedInAs } from './signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from './test-services.ts';

export interface PolicyWorkspace {
  services: TestServices;
  workspaceId: string;
  ownerId: string;
  /** As the owner. */
  call<Body = Record<string, unknown>>(method: string, path: string, input?: unknown): Promise<ApiAnswer<Body>>;
  group(name: string): Promise<string>;
  member(email: string, groupIds?: readonly string[]): Promise<string>;
  /** A published policy, written past the editor. */
  policy(name: string, contents?: string): Promise<string>;
}

/** Another workspace in the same database, with its own owner. */
export async function addPolicyWorkspace(services: TestServices, name = 'Example Ltd'): Promise<PolicyWorkspace> {
  const { workspaceId, ownerId } = await seedWorkspace(services.db, { name });
  const owner: SignedInMember = signedInAs({ memberId: ownerId, workspaceId });
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const router = { policies: policiesRoutes(services), directory: directoryRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => owner });
  const client = apiClient(app);
  let policies = 0;
  return {
    services,
    workspaceId,
    ownerId,
    call: client.call,
    async group(groupName) {
      const id = newId('grp');
      const row = { id, workspace_id: workspaceId, name: groupName, created_at: new Date() };
      await services.db.insertInto('groups').values(row).execute();
      return id;
    },
    async member(email, groupIds = []) {
      const id = await seedMember(services.db, { workspaceId, email });
      for (const group_id of groupIds)
        await services.db
          .insertInto('group_members')
          .values({ workspace_id: workspaceId, group_id, member_id: id, added_at: new Date() })
          .execute();
      return id;
    },
    async policy(policyName, contents = 'allowed_sandbox_modes = ["read-only"]\n') {
      const id = newId('pol');
      policies += 1;
      const document = { name: policyName, contents, revision: 1 };
      const at = new Date();
      const row = { id, workspace_id: workspaceId, number: policies, ...document, created_at: at, updated_at: at };
      await services.db
        .insertInto('policies')
        .values({ ...row, updated_by: 'a test' })
        .execute();
      await services.db
        .insertInto('policy_revisions')
        .values({ workspace_id: workspaceId, policy_id: id, ...document, created_at: at, created_by: 'a test' })
        .execute();
      return id;
    },
  };
}

/** A workspace whose policies, groups and people can be changed over the API. */
export const openPolicyWorkspace = async (): Promise<PolicyWorkspace> => addPolicyWorkspace(await openTestServices());
