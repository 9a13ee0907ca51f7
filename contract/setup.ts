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

/** A named check of the prerequisites and of step 7: tried or measured, never answered by a person. */
export const VerifyCheck = z.object({
  id: z.string(),
  title: z.string(),
  area: z.enum(['people', 'sign-in', 'access', 'policies', 'governance', 'machine', 'upstream']),
  state: z
    .enum(['ok', 'warning', 'problem', 'unknown'])
    .describe('`unknown`: it could not be looked at; see the evidence.'),
  evidence: z.string().describe('What was tried and what came of it.'),
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
  since: z.iso.datetime().describe('Since when it has been in this state.'),
  checkedAt: z.iso.datetime(),
  next: z.string().nullable().describe('What to do; null when nothing.'),
  path: z.string().nullable().describe('Console page where it is done.'),
});
export type VerifyCheck = z.infer<typeof VerifyCheck>;

const Checks = z.object({ items: z.array(VerifyCheck), checkedAt: z.iso.datetime().nullable() });

export const setup = {
  checks: endpoint({
    method: 'GET',
    path: '/verify/checks',
    summary: 'The checks of the set-up, as they were found last',
    tag: 'Verify',
    allow: 'verify.read',
    audit: readsOnly,
  }).output(Checks),
  runChecks: endpoint({
    method: 'POST',
    path: '/verify/checks',
    summary: 'Look at everything again, now',
    tag: 'Verify',
    allow: 'verify.read',
    audit: { none: 'measures; what it finds is no change by anybody' },
  }).output(Checks),
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
