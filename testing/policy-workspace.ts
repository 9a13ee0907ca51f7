import type { PolicyDocument } from '#contract/policies.ts';
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
  /** A published policy. */
  policy(name: string, contents?: string): Promise<string>;
  /** Its next version. */
  change(id: string, document: Partial<PolicyDocument>): Promise<void>;
}

/** Another workspace in the same database, with its own owner. */
export async function addPolicyWorkspace(services: TestServices, name = 'Example Ltd'): Promise<PolicyWorkspace> {
  const { workspaceId, ownerId } = await seedWorkspace(services.db, { name });
  const owner: SignedInMember = signedInAs({ memberId: ownerId, workspaceId });
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const router = { policies: policiesRoutes(services), directory: directoryRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => owner });
  const client = apiClient(app);
  const publish = async (id: string, expectedDraft: number): Promise<void> => {
    const published = await client.call('POST', `/policies/${id}/publication`, {
      expectedDraft,
      message: 'For a test.',
    });
    if (published.status !== 200) throw new Error(`not published: ${JSON.stringify(published.body)}`);
  };
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
      const made = await client.call('POST', '/policies', { name: policyName, contents });
      const id = String(made.body.id);
      await publish(id, 1);
      return id;
    },
    async change(id, document) {
      const saved = await client.call<{ draft: { version: number } | null }>('PUT', `/policies/${id}/draft`, {
        expectedDraft: null,
        ...document,
      });
      await publish(id, saved.body.draft?.version ?? 0);
    },
  };
}

/** A workspace whose policies, groups and people can be changed over the API. */
export const openPolicyWorkspace = async (): Promise<PolicyWorkspace> => addPolicyWorkspace(await openTestServices());
