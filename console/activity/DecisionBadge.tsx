import { sayDecision } from '#console/analytics/tool-words.ts';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { ActivityItem } from '#contract/activity-list.ts';
import { OutcomeBadge } from './OutcomeBadge.tsx';

const stops = new Set(['forbidden', 'denied', 'deny', 'abort', 'aborted']);
const asks = new Set(['prompt', 'ask', 'timed-out']);

const toneOf = (decision: string): Tone => (stops.has(decision) ? 'bad' : asks.has(decision) ? 'warn' : 'ok');

/** Who decided what, where somebody did; else how it ended. */
export function DecisionBadge({ item: { decision, decidedBy, outcome } }: { item: ActivityItem }) {
  if (decision !== null)
    return <StatusBadge tone={toneOf(decision)}>{sayDecision({ decision, decidedBy: decidedBy ?? '' })}</StatusBadge>;
  return outcome && <OutcomeBadge outcome={outcome} />;
}
