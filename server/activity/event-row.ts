import { hash } from 'node:crypto';
import type { ActivityEvent } from '#contract/activity-events.ts';

/** A client's clock may be this far ahead, or its report this old; beyond, the time of arrival counts and what was said is kept beside it. */
export const maxAheadMs = 5 * 60_000;
export const maxLateMs = 30 * 24 * 3_600_000;

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

/** The first 12 hexadecimal digits of a thread’s id, with which the ids of its events begin; null where it is no UUIDv7. */
export const threadPrefix = (threadId: string): string | null =>
  uuid7.test(threadId) ? threadId.replace('-', '').slice(0, 12) : null;

/** The milliseconds since 1970 as 12 hexadecimal digits: a thread's own, where its id is a UUIDv7 (RFC 9562 §5.7), else the event's. */
function timePrefix({ threadId, reportedAt }: Pick<ActivityEvent, 'threadId' | 'reportedAt'>): string {
  const prefix = threadId === null ? null : threadPrefix(threadId);
  return prefix ?? Math.max(0, reportedAt.getTime()).toString(16).padStart(12, '0').slice(-12);
}

/** The same for every report of the same event. Rows of one thread lie together, and newer threads after older ones. */
export const activityId = (event: Pick<ActivityEvent, 'kind' | 'sameAs' | 'threadId' | 'reportedAt'>): string =>
  `${timePrefix(event)}${hash('sha256', JSON.stringify([event.kind, ...event.sameAs]), 'base64url').slice(0, 22)}`;

export const isBelievable = (reportedAt: Date, receivedAt: Date): boolean => {
  const aheadMs = reportedAt.getTime() - receivedAt.getTime();
  return aheadMs <= maxAheadMs && aheadMs >= -maxLateMs;
};

export function eventRow(event: ActivityEvent, receivedAt: Date) {
  const believed = isBelievable(event.reportedAt, receivedAt);
  return {
    workspace_id: event.workspaceId,
    id: activityId(event),
    at: believed ? event.reportedAt : receivedAt,
    received_at: receivedAt,
    reported_at: believed ? null : event.reportedAt,
    source: event.source,
    kind: event.kind,
    member_id: event.memberId,
    member_label: event.memberLabel,
    surface: event.surface,
    client: event.client,
    client_version: event.clientVersion,
    model: event.model,
    thread_id: event.threadId,
    turn_id: event.turnId,
    call_id: event.callId,
    tool: event.tool,
    decision: event.decision,
    decided_by: event.decidedBy,
    rule: event.rule,
    outcome: event.outcome,
    code: event.code,
    policy_name: event.policyName,
    duration_ms: event.durationMs,
    input_tokens: event.inputTokens,
    cached_input_tokens: event.cachedInputTokens,
    output_tokens: event.outputTokens,
    reasoning_tokens: event.reasoningTokens,
    cost_usd: event.costUsd,
    credits: event.credits,
    detail: event.detail,
  };
}
export type EventRow = ReturnType<typeof eventRow>;
