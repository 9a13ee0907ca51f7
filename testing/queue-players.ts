import { leaseSeconds } from '#contract/runner-protocol.ts';
import type { Ending } from '#contract/task-states.ts';
import { cancelAttempt } from '#server/cloud/attempts/end-attempt.ts';
import { finishAttempt } from '#server/cloud/attempts/finish-attempt.ts';
import { giveOut } from '#server/cloud/attempts/give-out.ts';
import { extendAttempts } from '#server/cloud/attempts/heartbeat.ts';
import { reportAttempt } from '#server/cloud/attempts/report-attempt.ts';
import { newId } from '#server/crypto/ids.ts';
import { isReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { dockerDriver } from './runner-client.ts';

type Part = Pick<Services, 'db' | 'clock' | 'secrets' | 'blobs'>;

interface Held {
  epoch: number;
  /** When its last good word to the server was sent. */
  heardAt: number;
}

/** What really runs, on all machines together: the thing that must never be there twice. */
export interface World {
  running: Map<string, { runner: RunnerPlayer; epoch: number }>;
  /** Every way in which the promises were broken. */
  broken: string[];
  /** Accepted ends, by attempt. */
  finished: Map<string, Ending[]>;
  leases: Set<string>;
}

export const newWorld = (): World => ({ running: new Map(), broken: [], finished: new Map(), leases: new Set() });

export async function seedRunner({ db, clock }: Part, workspaceId: string, { capacity = 100 } = {}): Promise<string> {
  const id = newId('run');
  const at = clock();
  await db
    .insertInto('cloud_runners')
    .values({
      id,
      workspace_id: workspaceId,
      name: id,
      secret_hash: id,
      labels: '[]',
      drivers: JSON.stringify([dockerDriver]),
      version: '1',
      protocol: 1,
      capacity,
      problem: null,
      address: null,
      registered_at: at,
      seen_at: at,
      draining_at: null,
      removed_at: null,
    })
    .execute();
  return id;
}

/** A runner that keeps to the protocol: it ends what it runs when it is told to, and when it cannot be sure of its lease any more. */
export class RunnerPlayer {
  readonly id: string;
  readonly held = new Map<string, Held>();
  readonly #services: Part;
  readonly #workspaceId: string;
  readonly #world: World;
  /** Kept until there is an answer. */
  #claimId = newId('claim');

  constructor(services: Part, options: { workspaceId: string; id: string; world: World }) {
    this.#services = services;
    this.#workspaceId = options.workspaceId;
    this.#world = options.world;
    this.id = options.id;
  }

  #lease(attemptId: string, epoch: number) {
    return { workspaceId: this.#workspaceId, runnerId: this.id, attemptId, epoch };
  }

  #start(attemptId: string, epoch: number, heardAt: number): void {
    const { running, broken, leases } = this.#world;
    const other = running.get(attemptId);
    if (other) broken.push(`${attemptId} runs twice: epochs ${other.epoch} and ${epoch}`);
    if (leases.has(`${attemptId}/${epoch}`)) broken.push(`${attemptId} was leased twice under epoch ${epoch}`);
    leases.add(`${attemptId}/${epoch}`);
    running.set(attemptId, { runner: this, epoch });
    this.held.set(attemptId, { epoch, heardAt });
  }

  #stop(attemptId: string): void {
    this.held.delete(attemptId);
    if (this.#world.running.get(attemptId)?.runner === this) this.#world.running.delete(attemptId);
  }

  /** Kills what it has had no good word about for too long. */
  fence(): void {
    const now = this.#services.clock().getTime();
    for (const [attemptId, { heardAt }] of this.held) if (now - heardAt >= leaseSeconds * 1000) this.#stop(attemptId);
  }

  /** `isHeard` false: the answer is lost on its way. */
  async claim({ isHeard = true } = {}): Promise<string | null> {
    const claim = { runnerId: this.id, claimId: this.#claimId };
    const sentAt = this.#services.clock().getTime();
    const leased = (await giveOut(this.#services, this.#workspaceId, [claim])).get(claim);
    // An answer that took longer than the lease is none.
    const isLate = this.#services.clock().getTime() - sentAt >= leaseSeconds * 1000;
    if (!isHeard || isLate) return null;
    this.#claimId = newId('claim');
    if (!leased) return null;
    this.#start(leased.attemptId, leased.epoch, sentAt);
    return leased.attemptId;
  }

  async heartbeat(): Promise<void> {
    const sentAt = this.#services.clock().getTime();
    const refs = [...this.held].map(([attemptId, { epoch }]) => ({ attemptId, epoch }));
    const who = { workspaceId: this.#workspaceId, runnerId: this.id };
    for (const { attemptId, epoch, order } of await extendAttempts(this.#services, who, refs)) {
      const held = this.held.get(attemptId);
      if (held?.epoch !== epoch) continue;
      if (order === 'stop') this.#stop(attemptId);
      else held.heardAt = sentAt;
      if (order === 'cancel') await this.finish(attemptId, 'cancelled');
    }
  }

  async #say(attemptId: string, say: () => Promise<void>): Promise<boolean> {
    try {
      await say();
      return true;
    } catch (error) {
      if (!isReeveError(error) || error.code !== 'lease-lost') throw error;
      this.#stop(attemptId);
      return false;
    }
  }

  async report(attemptId: string, seq: number): Promise<void> {
    const held = this.held.get(attemptId);
    if (!held) return;
    const { epoch } = held;
    const entry = {
      seq,
      at: '2026-11-20T10:00:00.000Z',
      kind: 'output',
      phase: 'agent',
      item: null,
      exitCode: null,
    } as const;
    const report = { epoch, state: 'working', entries: [{ ...entry, text: 'x' }], egress: [] } as const;
    const said = { ...report, entries: [...report.entries], egress: [] };
    await this.#say(attemptId, () => reportAttempt(this.#services, this.#lease(attemptId, epoch), said));
  }

  async finish(attemptId: string, ending: Ending): Promise<void> {
    const held = this.held.get(attemptId);
    if (!held) return;
    const end = { epoch: held.epoch, ending, detail: null, answer: null, commits: null, usage: null };
    const lease = this.#lease(attemptId, held.epoch);
    if (!(await this.#say(attemptId, () => finishAttempt(this.#services, lease, end)))) return;
    this.#stop(attemptId);
    this.#world.finished.set(attemptId, [...(this.#world.finished.get(attemptId) ?? []), ending]);
  }

  /** A word under a lease that is not the present one, with an ending that nobody else gives: it must be refused. */
  async finishLate(attemptId: string, epoch: number): Promise<void> {
    const present = await this.#services.db
      .selectFrom('cloud_attempts')
      .select('id')
      .where('workspace_id', '=', this.#workspaceId)
      .where('id', '=', attemptId)
      .where('runner_id', '=', this.id)
      .where('epoch', '=', epoch)
      .where('lease_until', 'is not', null)
      .executeTakeFirst();
    if (epoch < 1 || present) return;
    const end = { epoch, ending: 'agent-failed', detail: null, answer: null, commits: null, usage: null } as const;
    const isAccepted = await finishAttempt(this.#services, this.#lease(attemptId, epoch), end).then(
      () => true,
      (error: unknown) => {
        if (isReeveError(error) && error.code === 'lease-lost') return false;
        throw error;
      },
    );
    if (isAccepted) this.#world.broken.push(`${attemptId} was ended under epoch ${epoch}, which is not its lease`);
  }
}

export const askCancel = ({ db, clock }: Part, workspaceId: string, attemptId: string) =>
  db.transaction().execute((tx) => cancelAttempt(tx, workspaceId, { attemptId, at: clock() }));

/** What the database says of everything, for the promises that hold at every moment. */
export async function brokenRows({ db }: Pick<Services, 'db'>, workspaceId: string): Promise<string[]> {
  const rows = await db.selectFrom('cloud_attempts').selectAll().where('workspace_id', '=', workspaceId).execute();
  const events = await db
    .selectFrom('audit_events')
    .select(['payload'])
    .where('workspace_id', '=', workspaceId)
    .where('event', '=', 'task.ended')
    .execute();
  const ends = Map.groupBy(events, ({ payload }) => (payload as { attemptId: string }).attemptId);
  return rows.flatMap((row) => {
    const isEnded = row.ending !== null;
    const isQueued = row.state === 'queued';
    const wrongs = [
      [isEnded !== ['completed', 'failed', 'cancelled'].includes(row.state), 'state and ending differ'],
      [(row.lease_until !== null) !== (!isEnded && !isQueued), 'neither waits, nor is leased, nor has ended'],
      [row.lease_until !== null && row.runner_id === null, 'is leased to nobody'],
      [
        (ends.get(row.id)?.length ?? 0) !== (isEnded ? 1 : 0),
        `ended ${ends.get(row.id)?.length ?? 0} times in the audit log`,
      ],
    ] as const;
    return wrongs.filter(([isWrong]) => isWrong).map(([, words]) => `${row.id} (${row.state}) ${words}`);
  });
}
