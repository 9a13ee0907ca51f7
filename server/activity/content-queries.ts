import type { Database } from '#server/db/open-database.ts';

/** Which setting of a workspace says whether content of these surfaces is kept. Surfaces that run elsewhere get a line of their own. */
const settingOf = { local: 'local_content_kept' } as const;
export type ContentSurfaces = keyof typeof settingOf;

/** Of these workspaces, those that keep what is said on such surfaces. */
export async function contentIsKept(
  db: Database,
  workspaceIds: readonly string[],
  surfaces: ContentSurfaces,
): Promise<ReadonlySet<string>> {
  if (workspaceIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('workspaces')
    .select('id')
    .where('id', 'in', [...workspaceIds])
    .where(settingOf[surfaces], '=', true)
    .execute();
  return new Set(rows.map(({ id }) => id));
}
