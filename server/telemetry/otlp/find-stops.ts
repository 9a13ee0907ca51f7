import type { ActivityEvent } from '#contract/activity-events.ts';
import type { Services } from '#server/services.ts';
import type { ReadLog } from './event-of-log.ts';

/** What stock clients give the model where nobody was asked because of their own settings. */
const refusedBySettings = /^approval policy is \w+; reject command/i;

const decided = (
  event: ActivityEvent,
  said: Pick<ActivityEvent, 'decision' | 'decidedBy' | 'rule'>,
): ActivityEvent[] => [
  { ...event, outcome: 'refused' },
  { ...event, ...said, kind: 'tool.decided', outcome: null, durationMs: null, detail: {} },
];

/**
 * A tool call that was stopped before it ran is reported as a failed one, with the reason where its output would be, and without a
 * decision. Here it becomes a refused one and a decision, with the rule that decided.
 */
export async function findStops(_services: Pick<Services, 'db' | 'changes'>, log: ReadLog): Promise<ActivityEvent[]> {
  const { event, stopped } = log;
  if (!stopped) return [event];
  return refusedBySettings.test(stopped.said)
    ? decided(event, { decision: 'denied', decidedBy: 'config', rule: null })
    : [event];
}
