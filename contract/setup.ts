import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';

export const SetupCheck = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['done', 'open', 'later']).describe('`later`: the feature does not exist yet.'),
  fact: z.string().describe('What was found, in words and numbers.'),
  path: z.string().nullable().describe('Console page that does it.'),
});

export const Step = z.object({
  id: z.enum(['enable', 'roles', 'policies', 'team-config', 'cloud', 'governance', 'verify']),
  number: z.number().int(),
  title: z.string(),
  checks: z.array(SetupCheck),
});

export const setup = {
  overview: endpoint({
    method: 'GET',
    path: '/overview',
    summary: 'What is set up and what is next',
    tag: 'Overview',
    allow: 'activity.read',
    audit: readsOnly,
  }).output(
    z.object({
      steps: z.array(Step),
      figures: z.object({
        activeMembers: z.number().int(),
        membersSeenLast7Days: z.number().int(),
        callsLast24Hours: z.number().int(),
        refusalsLast24Hours: z.number().int(),
        costUsdLast24Hours: z.number().nullable(),
      }),
      attention: z
        .array(z.object({ sentence: z.string(), path: z.string().nullable() }))
        .describe('What is not all right, in order of importance.'),
    }),
  ),
};
