import type { Services } from '#server/services.ts';
import { certifyIn } from '#server/verify/runs/certify-run.ts';
import { seedProof } from './seed-proof.ts';

interface Published {
  id: string;
  name: string;
  revision: number;
}

const dayMs = 86_400_000;
const noPolicy = { id: null, name: 'No policy', revision: 0 };

/** Runs of every kind of end, numbered from `after` on, the newest that is done with its certificate. @returns the id of that run, and of its broken cell */
export async function seedExampleProofs(
  services: Services,
  workspaceId: string,
  policies: Published[],
  { after = 0 }: { after?: number } = {},
) {
  const { db } = services;
  const now = Date.now();
  const [first = noPolicy, ...others] = policies;
  const all = [first, ...others, noPolicy];
  const earlier = { ...first, revision: Math.max(1, first.revision - 1) };
  const old = ['0.163.0', '0.169.0'].map((clientVersion) => ({ policy: earlier, clientVersion }));
  await seedProof(db, workspaceId, { number: after + 1, at: new Date(now - 9 * dayMs), cells: old });
  const newest = await seedProof(db, workspaceId, {
    number: after + 2,
    trigger: 'schedule',
    startedBy: 'Reeve',
    at: new Date(now - dayMs / 8),
    cells: [
      {
        policy: first,
        clientVersion: '0.140.0',
        unlike: { 'forbidden-command': 'broken', 'other-mcp-server': 'not-enforced' },
      },
      ...others.flatMap((policy) => [
        { policy, clientVersion: '0.140.0', unlike: { 'other-mcp-server': 'not-enforced' as const } },
        { policy, clientVersion: '0.169.0', unlike: { 'other-workspace': 'not-tried' as const } },
      ]),
      { policy: noPolicy, clientVersion: '0.140.0', unlike: { 'full-access': 'inconclusive' } },
      { policy: noPolicy, clientVersion: '0.169.0' },
    ],
    alert: {
      kind: 'broken',
      sentence: `0.140.0 ran \`git push --force\` although ${first.name}, version ${first.revision}, forbids it.`,
    },
  });
  await seedProof(db, workspaceId, {
    number: after + 3,
    state: 'cancelled',
    startedBy: 'Grace Hopper <grace.hopper@example.com>',
    at: new Date(now - dayMs / 12),
    cells: all.map((policy, index) => ({
      policy,
      clientVersion: '0.169.0',
      state: index === 0 ? 'cancelled' : 'waiting',
    })),
  });
  await seedProof(db, workspaceId, {
    number: after + 4,
    state: 'failed',
    trigger: 'key',
    startedBy: 'Nightly build',
    at: new Date(now - dayMs / 16),
    cells: [{ policy: first, clientVersion: '0.163.0', state: 'failed' }],
    error: 'The client could not be started: the disk of this server is full.',
    alert: { kind: 'run-failed', sentence: 'Proof 4 could not be finished: the disk of this server is full.' },
  });
  await db.transaction().execute((tx) => certifyIn(tx, services, { workspaceId, runId: newest.id, audit: null }));
  return { runId: newest.id, cellId: newest.cellIds[0] ?? '' };
}
