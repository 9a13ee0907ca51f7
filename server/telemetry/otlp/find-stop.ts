import type { ActivityEvent } from '#contract/activity-events.ts';
import { decideRule } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import type { ReadLog } from './event-of-log.ts';

/** What stock clients give the model where nobody was asked because of their own settings. */
const refusedBySettings = /^approval policy is \w+; reject command/i;

/**
 * A tool call that was stopped before it ran is reported as a failed one, with the reason where its output would be, and without a
 * decision. Here it becomes a refused one, with who decided.
 */
export async function findStop(
  services: Pick<Services, 'db' | 'changes'>,
  { event, stopped }: ReadLog,
): Promise<ActivityEvent> {
  if (!stopped) return event;
  const { workspaceId, memberId } = event;
  const verdict = await decideRule(services, { workspaceId, memberId: memberId ?? '', ...stopped });
  if (verdict) return { ...event, outcome: 'refused', ...verdict };
  return refusedBySettings.test(stopped.said)
    ? { ...event, outcome: 'refused', decision: 'denied', decidedBy: 'config' }
    : event;
}
