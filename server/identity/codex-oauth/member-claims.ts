import { authClaim, profileClaim } from '../client-token.ts';

/**
 * What a client reads from its tokens. The policy bundle is fetched for some plans only and `enterprise`, in lower case, is one of them;
 * without the two ids the bundle is never cached.
 */
export const memberClaims = ({ id, workspaceId, email }: { id: string; workspaceId: string; email: string }) => ({
  email,
  [profileClaim]: { email },
  [authClaim]: {
    chatgpt_account_id: workspaceId,
    chatgpt_plan_type: 'enterprise',
    chatgpt_user_id: id,
    user_id: id,
  },
});
