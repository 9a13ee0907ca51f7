import type { WorkspaceSettings } from '#contract/workspace.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { revokeGrantsOfWorkspace } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import { lockWorkspace, updateWorkspace } from './queries.ts';
import { asRow, asSettings, compareSettings, type SettingsChange } from './settings.ts';

/**
 * Changes settings. Turning Codex Local off ends every Codex sign-in in the same transaction; access tokens stay and are refused
 * while it is off, so that machines go on when it is on again.
 */
export async function updateSettings(
  { db, clock, signals }: Pick<Services, 'db' | 'clock' | 'signals'>,
  actor: Actor,
  workspaceId: string,
  change: SettingsChange,
): Promise<WorkspaceSettings> {
  const { next, after } = await db.transaction().execute(async (tx) => {
    const row = await lockWorkspace(tx, workspaceId);
    if (!row) throw new ReeveError('not-found');
    const compared = compareSettings(asSettings(row), change);
    const at = clock();
    await updateWorkspace(tx, asRow(workspaceId, compared.next), at);
    const isLocalTurnedOff = compared.after.codexLocalEnabled === false;
    const endedClients = isLocalTurnedOff
      ? await revokeGrantsOfWorkspace(tx, { workspaceId, at, because: 'local-off' })
      : undefined;
    await record(tx, actor, 'workspace.settings-updated', {
      at,
      subject: { kind: 'workspace', id: workspaceId, label: compared.next.workspaceName },
      before: compared.before,
      after: compared.after,
      ...(endedClients !== undefined && { endedClients }),
    });
    return compared;
  });
  if (Object.keys(after).length > 0) {
    const because = after.codexLocalEnabled === false ? 'local-off' : 'settings';
    signals.emit('access-changed', { workspaceId, memberId: null, because });
  }
  return next;
}
