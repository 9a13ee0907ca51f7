import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';

const tag = 'Compliance';

interface RetentionFacts {
  label: string;
  sentence: string;
  defaultDays: number;
  leastDays: number;
}

export const mostRetentionDays = 3650;

/** What has a time after which it goes. The audit log itself and the figures of use have none: the one is kept for good, the other holds no content. */
export const retentionKinds = {
  CODEX_LOG: {
    label: 'Codex log files',
    sentence: 'What Codex clients did, as sealed files.',
    defaultDays: 400,
    leastDays: 30,
  },
  AUDIT_LOG: {
    label: 'Audit log files',
    sentence: 'Who changed what, as sealed files. The audit log itself stays.',
    defaultDays: 400,
    leastDays: 90,
  },
  AUTH_LOG: {
    label: 'Sign-in log files',
    sentence: 'Sign-ins and refusals, as sealed files.',
    defaultDays: 400,
    leastDays: 90,
  },
  COSTS: {
    label: 'Cost log files',
    sentence: 'What model calls cost, as sealed files.',
    defaultDays: 400,
    leastDays: 30,
  },
  content: {
    label: 'Content',
    sentence: 'Prompts, answers, arguments and output in the database. Log files hold their own copy.',
    defaultDays: 30,
    leastDays: 1,
  },
  activity: {
    label: 'Activity events',
    sentence: 'One row for everything that happened. Figures of use stay when they go.',
    defaultDays: 400,
    // A client may report what is 30 days old, and it has to be counted once.
    leastDays: 35,
  },
  'model-calls': {
    label: 'Model calls',
    sentence: 'The list on the Activity page, with addresses.',
    defaultDays: 400,
    leastDays: 7,
  },
  tasks: {
    label: 'Hosted tasks',
    sentence:
      'A task or try with everything in it, from its last change on: prompts, answers, comments, and what is below.',
    defaultDays: 400,
    leastDays: 1,
  },
  'task-files': {
    label: 'Changes and sessions of hosted tasks',
    sentence:
      'Diffs, and what the agent had in mind, from the last change on. Without them a task can be read, not continued or published.',
    defaultDays: 90,
    leastDays: 1,
  },
  'task-logs': {
    label: 'Logs of hosted tasks',
    sentence: 'What set-up, the agent and its commands printed, from the end of the attempt on.',
    defaultDays: 90,
    leastDays: 1,
  },
  'task-requests': {
    label: 'Requests of hosted tasks',
    sentence: 'What containers asked of the internet, and what was refused.',
    defaultDays: 400,
    leastDays: 7,
  },
  'sign-ins': {
    label: 'Ended client sign-ins',
    sentence: 'Codex clients that are signed out.',
    defaultDays: 400,
    leastDays: 30,
  },
} as const satisfies Record<string, RetentionFacts>;
export type RetentionKind = keyof typeof retentionKinds;
export const retentionKindNames = Object.keys(retentionKinds) as [RetentionKind, ...RetentionKind[]];

export const retentionFacts = (kind: RetentionKind): RetentionFacts => retentionKinds[kind];

const Kind = z.enum(retentionKindNames);
const Days = z.coerce.number().int().min(1).max(mostRetentionDays);

export const RetentionRule = z.object({
  kind: Kind,
  days: z.number().int(),
  isDefault: z.boolean(),
  changedAt: z.iso.datetime().nullable(),
});
export type RetentionRule = z.infer<typeof RetentionRule>;

export const complianceRetention = {
  readRetention: endpoint({
    method: 'GET',
    path: '/compliance/retention',
    summary: 'How long what is kept',
    tag,
    allow: 'compliance.read',
    audit: readsOnly,
  }).output(z.object({ items: z.array(RetentionRule) })),
  previewRetention: endpoint({
    method: 'GET',
    path: '/compliance/retention/{kind}/preview',
    summary: 'What goes at the next purge with another time',
    tag,
    allow: 'compliance.read',
    audit: readsOnly,
  })
    .input(z.object({ kind: Kind, days: Days }))
    .output(
      z.object({
        goes: z.number().int().describe('Files or rows, those included that are due already.'),
        oldestAt: z.iso.datetime().nullable(),
        heldPeople: z.number().int().describe('Whose records stay whatever their age.'),
        before: z.iso.datetime().describe('What is older than this goes.'),
      }),
    ),
  setRetention: endpoint({
    method: 'PUT',
    path: '/compliance/retention/{kind}',
    summary: 'Set how long something is kept',
    tag,
    allow: 'compliance.write',
    audit: 'retention.updated',
  })
    .input(z.object({ kind: Kind, days: Days }))
    .output(RetentionRule),
};
