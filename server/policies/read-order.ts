import type { Database } from '#server/db/open-database.ts';
import { countMembersByRule, listAssignments, readAssignmentState } from './assignment-queries.ts';

/** The order in force, with the members each rule decides for. */
export async function readOrder(db: Database, workspaceId: string) {
  const [rows, state, members] = await Promise.all([
    listAssignments(db, workspaceId),
    readAssignmentState(db, workspaceId),
    countMembersByRule(db, workspaceId),
  ]);
  const items = rows.map(({ position: _position, ...row }) => ({ ...row, memberCount: members.get(row.groupId) ?? 0 }));
  return { items, ...state };
}
