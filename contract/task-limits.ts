import { z } from 'zod';

/** How much of what a member may run is used. */
export const TaskLimits = z.object({
  running: z.number().int(),
  queued: z.number().int(),
  runningPerMember: z.number().int().describe('At once; the rest waits.'),
  queuedPerMember: z.number().int().describe('More are refused.'),
  groups: z
    .array(z.object({ name: z.string(), running: z.number().int(), runningAtOnce: z.number().int() }))
    .describe('One’s groups that have a limit of their own, which all their members share.'),
});
