import type { BuiltInRole } from '#contract/built-in-roles.ts';
import { permissionsOf } from '#contract/built-in-roles.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { type CodexClient, mountDialect } from '#server/http/wire-routes.ts';
import { codexClientDialect, policiesRoutes } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { seedWorkspace } from '#testing/test-services.ts';

/** The policies' own API and the clients' dialect in one process; who asks is said by the test. */
export async function openPolicyDelivery(services: Services) {
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  const as = (memberId: string, role: BuiltInRole = 'owner') => {
    const app = createHttpApp({ log: services.log, trustedProxies: [] });
    const member = signedInAs({ memberId, workspaceId }, { role });
    mountOwnApi(app, {
      router: { policies: policiesRoutes(services) },
      origin: services.origin,
      readMember: async () => member,
    });
    return apiClient(app);
  };
  const clientApp = (on: Services, memberId: string) => {
    const client: CodexClient = {
      workspaceId,
      memberId,
      email: 'someone@example.com',
      name: 'Someone',
      permissions: permissionsOf('codex-user'),
      credential: 'codex-sign-in',
      scopes: ['policy.read'],
      credentialId: 'grt_1',
    };
    const app = createHttpApp({ log: on.log, trustedProxies: [] });
    mountDialect(app, codexClientDialect(on), async () => client);
    return app;
  };
  return {
    workspaceId,
    ownerId,
    as,
    /** What the member's client of this version gets, as text; `on` may be another process's services. */
    async fetchAs(
      memberId: string,
      { version = '0.169.0', client = 'codex_exec', form = 'bundle', on = services } = {},
    ) {
      const answer = await clientApp(on, memberId).request(`/backend-api/wham/config/${form}`, {
        headers: { 'user-agent': `${client}/${version} (Debian 12.0.0; x86_64) xterm` },
      });
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
      return answer.text();
    },
  };
}
