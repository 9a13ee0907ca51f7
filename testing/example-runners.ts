import { createHash } from 'node:crypto';
import type { RunnerDriver } from '#contract/runners.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';

const docker: RunnerDriver = { kind: 'docker', engine: 'Docker 27.1', runtimes: ['runc', 'runsc'], weaknesses: [] };
const podman: RunnerDriver = {
  kind: 'docker',
  engine: 'Podman 5.4',
  runtimes: ['runc'],
  weaknesses: ['The disk of a container is not limited: this storage driver has no quota.'],
};
const bubblewrap: RunnerDriver = {
  kind: 'process',
  engine: 'bubblewrap 0.11',
  runtimes: ['process'],
  weaknesses: [
    'Tasks share the kernel and the memory of this machine with Reeve.',
    'Memory, processors and disk are not limited.',
  ],
};

interface SeededRunner {
  name: string;
  drivers: RunnerDriver[];
  labels?: string[];
  capacity?: number;
  isEmbedded?: boolean;
  isDraining?: boolean;
  problem?: string;
  silentMinutes?: number;
}

export async function seedRunner(db: Database, workspaceId: string, seeded: SeededRunner): Promise<string> {
  const id = newId('run');
  const now = Date.now();
  await db
    .insertInto('cloud_runners')
    .values({
      id,
      workspace_id: workspaceId,
      name: seeded.name,
      secret_hash: createHash('sha256').update(id).digest('hex'),
      labels: JSON.stringify(seeded.labels ?? []),
      drivers: JSON.stringify(seeded.drivers),
      version: '0.1.0',
      protocol: 1,
      capacity: seeded.capacity ?? 2,
      is_embedded: seeded.isEmbedded ?? false,
      problem: seeded.problem ?? null,
      address: '10.20.4.31',
      registered_at: new Date(now - 9 * 86_400_000),
      seen_at: new Date(now - (seeded.silentMinutes ?? 0) * 60_000),
      draining_at: seeded.isDraining ? new Date(now - 600_000) : null,
      removed_at: null,
    })
    .execute();
  return id;
}

/** Runners in every state. @returns the one that works */
export async function seedExampleRunners(db: Database, workspaceId: string): Promise<string> {
  const ready = await seedRunner(db, workspaceId, {
    name: 'build-07.example.com',
    drivers: [docker],
    labels: ['linux', 'large'],
    capacity: 8,
  });
  await seedRunner(db, workspaceId, { name: 'build-08.example.com', drivers: [podman], capacity: 4, isDraining: true });
  await seedRunner(db, workspaceId, {
    name: 'gpu-01.example.com',
    drivers: [docker],
    labels: ['linux', 'gpu'],
    problem: 'Only 1.2 GB of /var/lib/docker are free; tasks need 8 GB.',
  });
  await seedRunner(db, workspaceId, { name: 'This server', drivers: [bubblewrap], capacity: 1, isEmbedded: true });
  await seedRunner(db, workspaceId, { name: 'build-03.example.com', drivers: [docker], silentMinutes: 47 });
  return ready;
}
