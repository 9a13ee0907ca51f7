import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { localOffMessage } from '#contract/errors.ts';
import type { Services } from '#server/services.ts';
import { findSignInWorkspace } from './sign-in-queries.ts';

/**
 * Every sign-in is approved by the person in the console, also the second one in the same browser. Off for everyone: refused before
 * anybody is asked to sign in.
 */
export function approvalPolicy({ db }: Pick<Services, 'db'>) {
  const { Check, Prompt, base } = interactionPolicy;
  const check = new Check('approval_required', 'the member approves each sign-in', async (ctx) => {
    if (ctx.oidc.result?.login) return Check.NO_NEED_TO_PROMPT;
    const workspace = await findSignInWorkspace(db);
    if (!workspace) throw new errors.AccessDenied('This Reeve has no workspace yet. Ask whoever runs it to set it up.');
    if (!workspace.codexLocalEnabled) throw new errors.AccessDenied(localOffMessage);
    return Check.REQUEST_PROMPT;
  });
  const policy = base();
  policy.clear();
  policy.add(new Prompt({ name: 'login', requestable: true }, check));
  return policy;
}

/** `forced_chatgpt_workspace_id` on the client: one id or several, separated by commas. */
export function workspaceRestriction({ db }: Pick<Services, 'db'>) {
  return async (_ctx: KoaContextWithOIDC, allowed: string | undefined): Promise<void> => {
    if (allowed === undefined) return;
    const workspace = await findSignInWorkspace(db);
    const ids = allowed.split(',').map((id) => id.trim());
    if (workspace && !ids.includes(workspace.id))
      throw new errors.AccessDenied(
        `This machine signs in to workspace ${ids.join(', ').slice(0, 200)} only, and this is ${workspace.id}. Change forced_chatgpt_workspace_id.`,
      );
  };
}
