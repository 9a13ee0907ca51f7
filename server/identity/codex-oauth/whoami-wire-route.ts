import { ReeveError } from '#server/fail.ts';
import { clientOf, type WireRoute } from '#server/http/wire-routes.ts';

/**
 * Who holds a personal access token. Answered also while Codex Local is off: a client whose whoami fails goes on without policy and
 * without a credential, and could not even show why the gateway refuses it.
 */
export const whoamiWireRoute: WireRoute = {
  method: 'GET',
  path: '/api/accounts/v1/user-auth-credential/whoami',
  allow: 'codex-client',
  summary: 'Who holds this personal access token',
  handle: (call) => {
    const client = clientOf(call);
    if (client.credential !== 'personal-access-token' && client.credential !== 'hosted-task')
      throw new ReeveError('token-invalid');
    return Response.json(
      {
        email: client.email,
        chatgpt_user_id: client.memberId,
        chatgpt_account_id: client.workspaceId,
        chatgpt_plan_type: 'enterprise',
        chatgpt_account_is_fedramp: false,
      },
      { headers: { 'cache-control': 'no-store' } },
    );
  },
};
