import { recordActivity } from '#server/activity/index.ts';
import { logJobs } from '#server/compliance/index.ts';
import { saveRecords } from '#server/models/index.ts';
import { deliverPolicy } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { type ExampleMember, exampleDay, type PolicyOnDay } from './example-activity.ts';
import { exampleCallRecord } from './example-call-record.ts';
import { exampleHistory } from './example-history.ts';
import { exampleOrder, examplePolicies } from './example-policies.ts';
import type { Founded } from './found-example.ts';
import type { Random } from './random.ts';

const dayMs = 86_400_000;
const rowsPerStatement = 1_000;

export interface LifeOptions {
  services: Services;
  founded: Founded;
  owner: { email: string; password: string };
  random: Random;
  /** What `services.clock` says; moved here. */
  time: { now: Date };
  until: Date;
  days: number;
  onProgress: (done: number) => void;
}

function policyOnDay({ policies }: Founded): PolicyOnDay {
  const nameOf = new Map<string, string>(exampleOrder.map(({ group, policy }) => [group, policy]));
  return ({ group }, day) => {
    const name = nameOf.get(group.name) ?? 'Everyone else';
    const versions = examplePolicies.find((policy) => policy.name === name)?.versions ?? [];
    const version = versions.filter(({ onDay }) => onDay <= day).length;
    return { name, number: policies.get(name)?.number ?? 0, version };
  };
}

const inParts = <Row>(rows: readonly Row[]): Row[][] =>
  Array.from({ length: Math.ceil(rows.length / rowsPerStatement) }, (_, part) =>
    rows.slice(part * rowsPerStatement, (part + 1) * rowsPerStatement),
  );

/** Whoever works that day starts a client, which fetches the policy. */
async function fetchPolicies(
  services: Services,
  { workspaceId }: Founded,
  clients: ReadonlyMap<ExampleMember, { client: string; clientVersion: string }>,
): Promise<void> {
  for (const [{ memberId }, client] of clients)
    await deliverPolicy(services, { workspaceId, memberId }, { ...client, form: 'bundle' });
}

/** Days of work, each as the gateway and the clients would have reported it that evening at the latest. */
export async function liveThrough(options: LifeOptions): Promise<void> {
  const { services, founded, random, time, until, days, onProgress } = options;
  const firstMidnightMs = Math.floor(time.now.getTime() / dayMs) * dayMs;
  const policyOn = policyOnDay(founded);
  for (let day = 0; day <= days; day += 1) {
    const midnight = new Date(firstMidnightMs + day * dayMs);
    time.now = new Date(Math.min(midnight.getTime() + 8.5 * 3_600_000, until.getTime()));
    await exampleHistory({ ...options, day });
    const { calls, events } = exampleDay({
      workspaceId: founded.workspaceId,
      day,
      midnight,
      until,
      random,
      members: founded.members,
      policyOn,
      models: founded.models,
    });
    const clients = new Map(calls.map(({ member, client, clientVersion }) => [member, { client, clientVersion }]));
    await fetchPolicies(services, founded, clients);
    time.now = new Date(Math.min(midnight.getTime() + dayMs - 1, until.getTime()));
    for (const part of inParts(calls))
      await saveRecords(
        services,
        part.map((call) => exampleCallRecord(founded, call)),
      );
    for (const part of inParts(events))
      await services.db.transaction().execute((tx) => recordActivity(tx, part, time.now));
    if (day % 7 === 6) for (const job of logJobs(services)) await job.run();
    onProgress(Math.min(day, days));
  }
}
