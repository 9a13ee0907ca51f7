import { allPermissions, type Permission, permissionFacts, withIncluded } from '#contract/permissions.ts';
import type { ExplainedPermission, Way } from '#contract/roles.ts';
import type { Database } from '#server/db/open-database.ts';
import { permissionsOfRole, roleName, tickedOf } from './held-roles.ts';
import { listWays, readToggles } from './holder-queries.ts';

type WayRow = Awaited<ReturnType<typeof listWays>>[number];
type RoleWay = ExplainedPermission['ways'][number];

const wayOf = ({ kind, group_id, group_name }: WayRow): Way =>
  kind === 'group' ? { kind, id: group_id ?? '', name: group_name ?? '' } : { kind };

/** How this role grants the permission: by itself (null) or by one that includes it; undefined when it does not. */
function includedIn(row: WayRow, permission: Permission): string | null | undefined {
  if (!permissionsOfRole(row).has(permission)) return undefined;
  const ticked = tickedOf(row);
  if (ticked.has(permission)) return null;
  return [...ticked].find((one) => withIncluded([one]).has(permission)) ?? null;
}

function waysTo(permission: Permission, rows: readonly WayRow[]): RoleWay[] {
  return rows.flatMap((row) => {
    const within = includedIn(row, permission);
    if (within === undefined) return [];
    return [{ role: { id: row.id, name: roleName(row) }, by: wayOf(row), includedIn: within }];
  });
}

/**
 * Every permission in the order of the catalogue, with each role and way that gives it to this member, and the workspace's toggles that
 * have to be on, too. Says what the roles give, also for a member who is suspended.
 */
export async function explainPermissions(
  db: Database,
  workspaceId: string,
  memberId: string,
): Promise<ExplainedPermission[]> {
  const rows = await listWays(db, workspaceId, memberId);
  const toggles: Record<string, boolean> = (await readToggles(db, workspaceId)) ?? {};
  return allPermissions.map((permission) => {
    const { label, sentence, area, gates = [], waitsFor = null } = permissionFacts(permission);
    const ways = waysTo(permission, rows);
    return {
      permission,
      label,
      sentence,
      area,
      isHeld: ways.length > 0,
      ways,
      gates: gates.map((setting) => ({ setting, isOn: toggles[setting] ?? false })),
      waitsFor,
    };
  });
}
