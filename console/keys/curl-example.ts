import type { KeyScope } from '#contract/key-scopes.ts';
import { workspaceUuid } from '#contract/workspace-uuid.ts';

/** An endpoint that shows that the scope works; scopes that only change things, or wait for something, have none. */
const reads: readonly [scope: KeyScope, path: string | ((workspaceUuid: string) => string)][] = [
  [
    'codex.enterprise.analytics.read',
    (workspaceUuid) => `/v1/analytics/codex/workspaces/${workspaceUuid}/usage?group=workspace`,
  ],
  [
    'chatgpt.enterprise.compliance_logs_platform.read',
    (workspaceUuid) =>
      `/v1/compliance/workspaces/${workspaceUuid}/logs?event_type=AUDIT_LOG&after=2026-01-01T00:00:00Z`,
  ],
  [
    'chatgpt.enterprise.compliance_export.read',
    (workspaceUuid) => `/v1/compliance/workspaces/${workspaceUuid}/users?limit=10`,
  ],
  ['audit.read', '/api/v1/audit?limit=10'],
  ['directory.read', '/api/v1/members?limit=10'],
  ['policies.read', '/api/v1/policies'],
  ['policies.write', '/api/v1/policies'],
  ['settings.read', '/api/v1/workspace/settings'],
  ['settings.write', '/api/v1/workspace/settings'],
  ['scim', '/scim/v2/Users?count=10'],
];

/** A command that shows that the key works. The secret stays out of it, so that it stays out of the shell's history. */
export function curlExample(
  { origin, workspaceId }: { origin: string; workspaceId: string },
  scopes: readonly KeyScope[],
): string | null {
  const [, path] = reads.find(([scope]) => scopes.includes(scope)) ?? [];
  if (path === undefined) return null;
  const address = typeof path === 'string' ? path : path(workspaceUuid(workspaceId));
  return `curl -H "Authorization: Bearer $REEVE_KEY" "${origin}${address}"`;
}
