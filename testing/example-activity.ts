import type { ActivityEvent } from '#contract/activity-events.ts';
import { countUsage } from '#server/analytics/index.ts';
import { activityEvent, recordEvents } from '#testing/activity.ts';
import type { Person } from '#testing/organisation.ts';
import type { TestReeve } from '#testing/start-reeve.ts';

const dayMs = 86_400_000;
const days = 60;
const surfaces = ['CODEX_CLI', 'CODEX_IDE_VSCODE', 'CODEX_CLI', 'CODEX_SERVICE_EXEC'] as const;
const clients = ['codex_cli_rs', 'codex_vscode', 'codex_cli_rs', 'codex_exec'];
const tools = ['exec_command', 'apply_patch', 'exec_command', 'web_search'];

/** The same numbers each time, spread like chance: the fraction of a growing sine. */
const spread = (seed: number): number => {
  const value = Math.sin(seed * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
};

interface Work {
  workspaceId: string;
  person: Person;
  /** Counted from the first day. */
  day: number;
  midnight: Date;
  seed: number;
  /** Of the first rule of the engineers' policy. */
  rule: string;
}

/** One turn: a model call, and a tool call that somebody decided about. */
function turnOf({ workspaceId, person, day, midnight, seed, rule }: Work, turn: number): ActivityEvent[] {
  const chance = (of: number) => spread(seed + turn * 7 + of);
  const surface = Math.floor(chance(1) * surfaces.length);
  const threadId = `thread-${seed}-${Math.floor(turn / 3)}`;
  const inputTokens = Math.round(8_000 + chance(2) * 60_000);
  const outputTokens = Math.round(300 + chance(3) * 2_400);
  const costUsd = (inputTokens * 0.95 + outputTokens * 10) / 1_000_000;
  const known = {
    workspaceId,
    reportedAt: new Date(
      midnight.getTime() + (0.4 + chance(4) * 0.6) * Math.min(17 * 3_600_000, Date.now() - midnight.getTime()),
    ),
    memberId: person.memberId,
    memberLabel: person.email,
    surface: surfaces[surface] ?? 'CODEX_CLI',
    client: clients[surface] ?? null,
    threadId,
    turnId: `${threadId}-${turn}`,
  };
  const isStopped = chance(5) < 0.03;
  const tool = {
    ...known,
    source: 'otel',
    model: null,
    tool: tools[Math.floor(chance(6) * tools.length)] ?? null,
  } as const;
  const decision = {
    ...tool,
    kind: 'tool.decided',
    outcome: null,
    decision: isStopped ? 'forbidden' : 'approved',
    decidedBy: isStopped ? 'policy' : chance(7) < 0.8 ? 'config' : 'user',
    rule: isStopped ? rule : null,
    policyName: isStopped ? 'Engineers' : null,
  } as const;
  const sameAs = [`${day} ${seed} ${turn}`];
  return [
    activityEvent({
      ...known,
      sameAs,
      model: chance(8) < 0.75 ? 'corp-model' : 'corp-model-mini',
      inputTokens,
      cachedInputTokens: Math.round(inputTokens * 0.7),
      outputTokens,
      reasoningTokens: Math.round(outputTokens * 0.4),
      costUsd,
      credits: costUsd * 25,
    }),
    activityEvent({ ...decision, sameAs }),
    ...(isStopped
      ? []
      : [activityEvent({ ...tool, sameAs, kind: 'tool.completed', durationMs: Math.round(chance(9) * 6000) })]),
  ];
}

/** Two months of plausible work, more of it each week and little on weekends, reported on the day it happened and counted. */
export async function recordExampleActivity(
  { services }: TestReeve,
  { workspaceId, people, rule }: { workspaceId: string; people: readonly Person[]; rule: string },
): Promise<void> {
  const today = Math.floor(Date.now() / dayMs);
  for (let day = 0; day < days; day++) {
    const midnight = new Date((today - days + 1 + day) * dayMs);
    const isWeekend = midnight.getUTCDay() % 6 === 0;
    const events = people.flatMap((person, index) => {
      const seed = day * 101 + index * 13;
      const turns = Math.round((isWeekend ? 0.5 : 4) * (0.5 + day / days) * (0.6 + spread(seed)) * (1.4 - index / 6));
      const work = { workspaceId, person, day, midnight, seed, rule };
      return Array.from({ length: turns }, (_, turn) => turnOf(work, turn)).flat();
    });
    await recordEvents(services.db, events, new Date(Math.min(Date.now(), midnight.getTime() + dayMs - 1)));
  }
  await countUsage(services).runToEnd();
}
