import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';

const tag = 'Tasks';
const Id = z.string().min(1).max(100);

export const GroupLimit = z.object({
  groupId: Id,
  groupName: z.string(),
  members: z.number().int(),
  running: z.number().int().describe('Attempts of its members that run now.'),
  runningAtOnce: z.number().int(),
});
export type GroupLimit = z.infer<typeof GroupLimit>;

/**
 * How many attempts of hosted tasks the members of a group run at once, together; beside what one member and the workspace may. An attempt
 * counts against every group of its member that has a limit, and begins only when none of them is full. What runs when a limit is
 * lowered goes on.
 */
export const groupLimits = {
  list: endpoint({
    method: 'GET',
    path: '/group-limits',
    summary: 'Groups whose hosted tasks are limited, by name',
    tag,
    allow: 'settings.read',
    audit: readsOnly,
  })
    .input(z.object(pageInput))
    .output(pageOf(GroupLimit)),
  set: endpoint({
    method: 'PUT',
    path: '/group-limits/{groupId}',
    summary: 'Limit how many attempts the members of a group run at once, together',
    tag,
    allow: 'settings.write',
    audit: 'group.hosted-limit-changed',
  })
    .input(
      z.object({
        groupId: Id,
        runningAtOnce: z.number().int().min(1).max(10_000).nullable().describe('Null: no limit of its own.'),
      }),
    )
    .output(z.object({ groupId: Id, runningAtOnce: z.number().int().nullable() })),
};
