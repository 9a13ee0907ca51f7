import { can } from '#contract/permissions.ts';
import { ReeveError } from '#server/fail.ts';
import { clientOf, type WireCall } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { readSettings } from '#server/workspace/index.ts';
import { requireCloud, type TaskMember } from '../tasks/task-member.ts';

/** Not the client of a hosted task, which would give itself tasks, and no key that has no person behind it. */
const credentials: ReadonlySet<string> = new Set(['codex-sign-in', 'personal-access-token']);

/**
 * The member behind `codex cloud`. Unlike the console, the client shows nothing while Codex cloud is off: it has no other way to say so.
 * @throws ReeveError cloud-off, local-off, not-permitted, scope-missing
 */
export async function requireCloudClient(services: Pick<Services, 'db'>, call: WireCall): Promise<TaskMember> {
  const { workspaceId, memberId, permissions, credential, scopes, name, email } = clientOf(call);
  const by = { workspaceId, memberId, permissions };
  await requireCloud(services.db, by);
  // Its sign-ins have ended with Codex Local. They are still read, for the gateway to say so, and are good for nothing else.
  if (credential === 'codex-sign-in' && !(await readSettings(services.db, workspaceId)).codexLocalEnabled)
    throw new ReeveError('local-off');
  if (!credentials.has(credential) || !can(permissions, 'codex-cloud.use'))
    throw new ReeveError('not-permitted', { permission: 'codex-cloud.use' });
  if (credential === 'personal-access-token' && !scopes.includes('models.call'))
    throw new ReeveError('scope-missing', { scope: 'models.call' });
  return { ...by, actor: { kind: 'client', id: memberId, label: `${name} <${email}>`, workspaceId, ip: call.ip } };
}
