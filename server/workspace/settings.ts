import type { WorkspaceSettings } from '#contract/workspace.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { findWorkspace, type WorkspaceRow } from './queries.ts';

export const asSettings = (row: WorkspaceRow): WorkspaceSettings => ({
  workspaceName: row.name,
  codexLocalEnabled: row.codex_local_enabled,
  deviceCodeEnabled: row.device_code_enabled,
  codexCloudEnabled: row.codex_cloud_enabled,
  agentInternetAllowed: row.agent_internet_allowed,
  cloudTasksPerMember: row.cloud_tasks_per_member,
  cloudTasksPerWorkspace: row.cloud_tasks_per_workspace,
  localContentKept: row.local_content_kept,
  apiKeysAllowed: row.api_keys_allowed,
  oldClientsAllowed: row.old_clients_allowed,
  minimumClientVersion: row.minimum_client_version,
  minimumClientFrom: row.minimum_client_from?.toISOString() ?? null,
  policyGraceMinutes: row.policy_grace_minutes,
  accessTokenMaxDays: row.access_token_max_days,
  keyMaxDays: row.key_max_days,
  timeZone: row.time_zone,
});

export const asRow = (id: string, settings: WorkspaceSettings): WorkspaceRow => ({
  id,
  name: settings.workspaceName,
  codex_local_enabled: settings.codexLocalEnabled,
  device_code_enabled: settings.deviceCodeEnabled,
  codex_cloud_enabled: settings.codexCloudEnabled,
  agent_internet_allowed: settings.agentInternetAllowed,
  cloud_tasks_per_member: settings.cloudTasksPerMember,
  cloud_tasks_per_workspace: settings.cloudTasksPerWorkspace,
  local_content_kept: settings.localContentKept,
  api_keys_allowed: settings.apiKeysAllowed,
  old_clients_allowed: settings.oldClientsAllowed,
  minimum_client_version: settings.minimumClientVersion,
  minimum_client_from: settings.minimumClientFrom === null ? null : new Date(settings.minimumClientFrom),
  policy_grace_minutes: settings.policyGraceMinutes,
  access_token_max_days: settings.accessTokenMaxDays,
  key_max_days: settings.keyMaxDays,
  time_zone: settings.timeZone,
});

export async function readSettings(db: Database, workspaceId: string): Promise<WorkspaceSettings> {
  const row = await findWorkspace(db, workspaceId);
  if (!row) throw new ReeveError('not-found');
  return asSettings(row);
}

export type SettingsChange = { [Key in keyof WorkspaceSettings]?: WorkspaceSettings[Key] | undefined };
export type ChangedSettings = Partial<WorkspaceSettings>;

/** What a change really changes, as `before` and `after` of those fields alone. */
export function compareSettings(
  current: WorkspaceSettings,
  change: SettingsChange,
): { next: WorkspaceSettings; before: ChangedSettings; after: ChangedSettings } {
  const isChange = ([key, value]: [string, unknown]) =>
    value !== undefined && value !== current[key as keyof WorkspaceSettings];
  const after: ChangedSettings = Object.fromEntries(Object.entries(change).filter(isChange));
  const before: ChangedSettings = Object.fromEntries(Object.entries(current).filter(([key]) => key in after));
  return { next: { ...current, ...after }, before, after };
}
