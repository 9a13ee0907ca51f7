import { randomUUID } from 'node:crypto';
import type { ActivityEvent } from '#contract/activity-events.ts';
import type { ExamplePerson } from './example-people.ts';
import type { Random } from './random.ts';

export interface ExampleMember extends ExamplePerson {
  memberId: string;
}

/** A command of the example's people: how often, and what the policy of most of them makes of it on which day. */
interface Command {
  weight: number;
  tool: 'exec_command' | 'apply_patch' | 'web_search';
  /** Which rule of the policy, counted from 0 as in the addresses of explanations, decides from which day on; absent: none does. */
  rule?: { number: number; decision: 'prompt' | 'forbidden'; fromDay: number };
}

const commands: readonly [Command, ...Command[]] = [
  { weight: 60, tool: 'exec_command' },
  { weight: 26, tool: 'apply_patch' },
  { weight: 5, tool: 'web_search' },
  { weight: 6, tool: 'exec_command', rule: { number: 0, decision: 'prompt', fromDay: 0 } },
  { weight: 1.4, tool: 'exec_command', rule: { number: 1, decision: 'forbidden', fromDay: 21 } },
  { weight: 0.9, tool: 'exec_command', rule: { number: 2, decision: 'forbidden', fromDay: 52 } },
  { weight: 0.7, tool: 'exec_command', rule: { number: 3, decision: 'forbidden', fromDay: 52 } },
];
const totalWeight = commands.reduce((sum, { weight }) => sum + weight, 0);

function pickCommand(random: Random): Command {
  let left = random.next() * totalWeight;
  for (const command of commands) {
    left -= command.weight;
    if (left < 0) return command;
  }
  return commands[0];
}

/** The policy that decides for somebody on a day: number and version as in the addresses of explanations. */
export type PolicyOnDay = (person: ExamplePerson, day: number) => { name: string; number: number; version: number };

export interface ExampleCall {
  member: ExampleMember;
  startedAt: Date;
  threadId: string;
  turnId: string;
  client: string;
  clientVersion: string;
  model: string;
  policyName: string;
  outcome: 'completed' | 'failed' | 'cancelled' | 'refused';
  refusalCode: string | null;
  message: string | null;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  durationMs: number;
  /** Of the call that a person's new message began; null for those that go on with the turn. */
  promptCharacters: number | null;
}

export interface ExampleDay {
  calls: ExampleCall[];
  events: ActivityEvent[];
}

interface Turn {
  member: ExampleMember;
  day: number;
  at: Date;
  threadId: string;
  turnId: string;
  client: string;
  clientVersion: string;
}

const clientVersions = ['0.140.0', '0.163.0', '0.169.0'] as const;

/** A version spreads over some weeks, and a few people stay behind. */
function versionOn(member: ExampleMember, day: number): string {
  const lag = member.email.length % 12;
  if (day - lag > 58) return clientVersions[2];
  return day - lag > 24 ? clientVersions[1] : clientVersions[0];
}

const surfaceOf = (client: string) => (client === 'codex_vscode' ? 'CODEX_IDE_VSCODE' : 'CODEX_CLI');

function eventOf(
  turn: Turn,
  workspaceId: string,
  more: Partial<ActivityEvent> & Pick<ActivityEvent, 'kind' | 'sameAs'>,
) {
  const { member, at, threadId, turnId, client, clientVersion } = turn;
  const event: ActivityEvent = {
    workspaceId,
    source: 'otel',
    reportedAt: at,
    memberId: member.memberId,
    memberLabel: member.email,
    surface: surfaceOf(client),
    client,
    clientVersion,
    model: null,
    threadId,
    turnId,
    callId: null,
    tool: null,
    decision: null,
    decidedBy: null,
    rule: null,
    outcome: null,
    code: null,
    policyName: null,
    durationMs: null,
    inputTokens: null,
    cachedInputTokens: null,
    outputTokens: null,
    reasoningTokens: null,
    costUsd: null,
    credits: null,
    detail: {},
    ...more,
  };
  return event;
}

/** One tool call: decided, and ended when it was let through. */
function toolEvents(
  turn: Turn,
  random: Random,
  { workspaceId, policyOn }: Pick<DayOptions, 'workspaceId' | 'policyOn'>,
) {
  const command = pickCommand(random);
  const policy = policyOn(turn.member, turn.day);
  const rule = command.rule && turn.day >= command.rule.fromDay && policy.name === 'Engineers' ? command.rule : null;
  const isDenied = rule?.decision === 'forbidden' || (rule !== null && random.chance(0.12));
  const isAsked = rule?.decision === 'prompt' || random.chance(0.08);
  const callId = `call_${randomUUID()}`;
  const known = { callId, tool: command.tool, policyName: policy.name };
  const decidedRule = rule ? `${policy.number}.${policy.version}.${rule.number}` : null;
  const decided = eventOf(turn, workspaceId, {
    ...known,
    kind: 'tool.decided',
    sameAs: [turn.threadId, callId],
    decision: rule?.decision === 'forbidden' ? 'forbidden' : isDenied ? 'denied' : 'approved',
    decidedBy: rule?.decision === 'forbidden' ? 'policy' : isAsked ? 'user' : 'config',
    rule: decidedRule,
  });
  const hasFailed = isDenied || random.chance(0.06);
  const completed = eventOf(turn, workspaceId, {
    ...known,
    kind: 'tool.completed',
    sameAs: [turn.threadId, callId],
    outcome: hasFailed ? 'failed' : 'completed',
    decision: isDenied ? decided.decision : null,
    decidedBy: isDenied ? decided.decidedBy : null,
    rule: isDenied ? decidedRule : null,
    durationMs: 40 + random.below(9_000),
  });
  return [decided, completed];
}

function callOf(
  turn: Turn,
  random: Random,
  { model, policyName }: { model: string; policyName: string },
): Omit<ExampleCall, 'promptCharacters'> {
  const fate = random.next();
  const ending: Pick<ExampleCall, 'outcome' | 'refusalCode' | 'message'> =
    fate < 0.955
      ? { outcome: 'completed', refusalCode: null, message: null }
      : fate < 0.975
        ? { outcome: 'cancelled', refusalCode: null, message: null }
        : fate < 0.985
          ? {
              outcome: 'failed',
              refusalCode: 'upstream-timeout',
              message: 'The model upstream did not answer in time.',
            }
          : {
              outcome: 'refused',
              refusalCode: 'policy-revision-stale',
              message: 'This client runs with an old workspace policy. Restart Codex to load the current one.',
            };
  const inputTokens = 4_000 + random.below(52_000);
  const outputTokens = 150 + random.below(2_600);
  return {
    ...turn,
    startedAt: turn.at,
    model,
    policyName,
    ...ending,
    inputTokens,
    cachedInputTokens: Math.round(inputTokens * (0.4 + random.next() * 0.5)),
    outputTokens,
    reasoningTokens: Math.round(outputTokens * random.next() * 0.6),
    durationMs: 900 + random.below(24_000),
  };
}

export interface DayOptions {
  workspaceId: string;
  day: number;
  /** Midnight UTC of that day. */
  midnight: Date;
  /** Nothing later than this. */
  until: Date;
  random: Random;
  members: readonly ExampleMember[];
  policyOn: PolicyOnDay;
  models: readonly [string, ...string[]];
}

const isWeekend = (date: Date) => date.getUTCDay() === 0 || date.getUTCDay() === 6;

function turnsOf(member: ExampleMember, { day, midnight, random }: DayOptions): Turn[] {
  if (day < member.startsOnDay) return [];
  const warmUp = Math.min(1, (day - member.startsOnDay + 3) / 20);
  const expected = member.turnsPerDay * warmUp * (isWeekend(midnight) ? 0.06 : 1);
  const count = Math.floor(expected * (0.4 + random.next() * 1.2) + random.next() * 0.5);
  let thread = { id: '', left: 0 };
  return Array.from({ length: count }, (_, index): Turn => {
    const hour = 7.5 + random.next() * 5 + random.next() * 4.5;
    const at = new Date(midnight.getTime() + hour * 3_600_000);
    if (thread.left === 0) thread = { id: randomUUID(), left: 1 + random.below(5) };
    thread.left -= 1;
    const client =
      member.usesIde && random.chance(0.75) ? 'codex_vscode' : random.chance(0.15) ? 'codex_exec' : 'codex_cli_rs';
    return {
      member,
      day,
      at,
      threadId: thread.id,
      turnId: `${thread.id}-${index}`,
      client,
      clientVersion: versionOn(member, day),
    };
  });
}

/** Everything that people of the example do on one day, as the gateway and their clients report it. */
export function exampleDay(options: DayOptions): ExampleDay {
  const { members, random, until, policyOn, models, day, workspaceId } = options;
  const turns = members.flatMap((member) => turnsOf(member, options)).filter(({ at }) => at < until);
  const calls: ExampleCall[] = [];
  const events: ActivityEvent[] = [];
  for (const turn of turns) {
    const policyName = policyOn(turn.member, day).name;
    const model = random.chance(0.7) ? models[0] : random.pick(models);
    const callCount = 1 + random.below(3);
    for (let index = 0; index < callCount; index += 1) {
      const at = new Date(turn.at.getTime() + index * 25_000);
      if (at >= until) continue;
      const promptCharacters = index === 0 ? 20 + random.below(900) : null;
      calls.push({ ...callOf({ ...turn, at }, random, { model, policyName }), promptCharacters });
      if (index > 0) events.push(...toolEvents({ ...turn, at }, random, { workspaceId, policyOn }));
    }
  }
  return { calls, events };
}
