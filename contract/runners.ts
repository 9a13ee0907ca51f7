import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';

const tag = 'Runners';
const Id = z.string().min(1).max(100);
const At = z.iso.datetime();

export const runnerDrivers = ['docker', 'kubernetes', 'process'] as const;

/** What a runner can keep a container in. */
export const RunnerDriver = z.object({
  kind: z.enum(runnerDrivers),
  engine: z.string().max(100).describe('For example `Docker 27.1` or `bubblewrap 0.11`.'),
  runtimes: z.array(z.enum(['runc', 'runsc', 'process'])),
  weaknesses: z.array(z.string().max(300)).max(10).describe('What it does not enforce, in sentences.'),
});
export type RunnerDriver = z.infer<typeof RunnerDriver>;

export const Runner = z.object({
  id: Id,
  name: z.string(),
  labels: z.array(z.string()),
  drivers: z.array(RunnerDriver),
  version: z.string(),
  protocol: z.number().int(),
  isEmbedded: z.boolean().describe('Started by Reeve itself, on its own machine.'),
  capacity: z.number().int(),
  running: z.number().int(),
  state: z.enum(['ready', 'draining', 'lost', 'removed']),
  problem: z.string().nullable(),
  address: z.string().nullable(),
  registeredAt: At,
  seenAt: At,
});
export type Runner = z.infer<typeof Runner>;

export const RunnerToken = z.object({
  id: Id,
  hint: z.string(),
  labels: z.array(z.string()),
  createdBy: z.string(),
  createdAt: At,
  expiresAt: At,
  usedAt: At.nullable(),
});

const Label = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'Has a control character, or is no text.');
const manages = { tag, allow: 'runners.write' } as const;

export const runners = {
  list: endpoint({
    method: 'GET',
    path: '/runners',
    summary: 'Machines that run tasks',
    ...manages,
    audit: readsOnly,
  }).output(
    z.object({
      items: z.array(Runner),
      tokens: z.array(RunnerToken).describe('That may still register a runner.'),
      embeddedProblem: z
        .string()
        .nullable()
        .describe('Why Reeve runs no tasks on its own machine though it is meant to; null where it does.'),
      queue: z.object({
        queued: z.number().int(),
        running: z.number().int(),
        oldestQueuedAt: At.nullable(),
        unfit: z.number().int(),
      }),
    }),
  ),
  createToken: endpoint({
    method: 'POST',
    path: '/runners/tokens',
    summary: 'A token that registers one runner',
    ...manages,
    audit: 'runner.token-created',
  })
    .input(
      z.object({
        labels: z.array(Label).max(20).default([]),
        expiresInMinutes: z.number().int().min(5).max(1440).default(60),
      }),
    )
    .output(z.object({ token: z.string(), command: z.string(), details: RunnerToken })),
  revokeToken: endpoint({
    method: 'DELETE',
    path: '/runners/tokens/{id}',
    summary: 'Take a token back',
    ...manages,
    audit: 'runner.token-revoked',
  })
    .input(z.object({ id: Id }))
    .output(z.object({})),
  drain: endpoint({
    method: 'PUT',
    path: '/runners/{id}/draining',
    summary: 'Give it no new tasks, or again',
    ...manages,
    audit: 'runner.drained',
  })
    .input(z.object({ id: Id, isDraining: z.boolean() }))
    .output(Runner),
  setLabels: endpoint({
    method: 'PUT',
    path: '/runners/{id}/labels',
    summary: 'Change its labels',
    ...manages,
    audit: 'runner.labelled',
  })
    .input(z.object({ id: Id, labels: z.array(Label).max(20) }))
    .output(Runner),
  remove: endpoint({
    method: 'DELETE',
    path: '/runners/{id}',
    summary: 'Remove it; what it runs is put back',
    ...manages,
    audit: 'runner.removed',
  })
    .input(z.object({ id: Id }))
    .output(z.object({})),
};
