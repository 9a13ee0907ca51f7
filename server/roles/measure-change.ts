import { allPermissions, type Permission, permissions } from '#contract/permissions.ts';
import type { AccessChangePreview, Touched } from '#contract/roles.ts';
import type { Database } from '#server/db/open-database.ts';
import { differenceOf } from './held-roles.ts';
import { compareHeldRoles, type RolesNowAndThen } from './overlay-queries.ts';
import type { AccessPlan, RoleMeanings } from './plan-change.ts';

export type Effects = Pick<AccessChangePreview, 'members' | 'permissions'>;

/** The union of these roles, or of the default role where there is none. */
export function unionOf(ids: string | null, { of, defaultRoleId }: RoleMeanings): ReadonlySet<Permission> {
  const held = ids === null ? (defaultRoleId === null ? [] : [defaultRoleId]) : ids.split(',');
  return new Set(held.flatMap((id) => [...of(id)]));
}

const shown = 20;
const nobody = (): Touched => ({ count: 0, first: [] });

function add(touched: Touched, { count, first }: RolesNowAndThen): void {
  touched.count += Number(count);
  touched.first = [...touched.first, ...(first ?? [])]
    .sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase(), 'en') || a.id.localeCompare(b.id))
    .slice(0, shown);
}

/** Who gains and who loses which permission. Somebody who keeps it by another way does neither. */
export function effectsOf(
  rows: readonly RolesNowAndThen[],
  { now, after: later }: Pick<AccessPlan, 'now' | 'after'>,
): Effects {
  const changes = new Map(allPermissions.map((permission) => [permission, { gain: nobody(), lose: nobody() }]));
  let members = 0;
  for (const row of rows) {
    const before = unionOf(row.now_ids, now);
    const after = unionOf(row.then_ids, later);
    const differing = differenceOf(before, after);
    if (differing.size > 0) members += Number(row.count);
    for (const permission of differing) {
      const change = changes.get(permission);
      if (change) add(after.has(permission) ? change.gain : change.lose, row);
    }
  }
  const touched = [...changes].filter(([, { gain, lose }]) => gain.count + lose.count > 0);
  return {
    members,
    permissions: touched.map(([permission, change]) => ({
      permission,
      label: permissions[permission].label,
      ...change,
    })),
  };
}

export const measurePlan = async (db: Database, workspaceId: string, plan: AccessPlan): Promise<Effects> =>
  effectsOf(await compareHeldRoles(db, workspaceId, plan.overlay), plan);
