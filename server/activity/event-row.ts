import { hash } from 'node:crypto';
import type { ActivityEvent } from '#contract/activity-events.ts';

/** A client's clock may be this far ahead, or its report this old; beyond, the time of arrival counts and what was said is kept beside it. */
export const maxAheadMs = 5 * 60_000;
export const maxLateMs = 30 * 24 * 3_600_000;

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

/** The first 12 hexadecimal digits of a thread’s id, with which the ids of its events begin; null where it is no UUIDv7. */
export const threadPrefix = (threadId: string): string | null =>
  uuid7.test(threadId) ? threadId.replace('-', '').slice(0, 12) : null;

/**
 * 12 hexadecimal digits. The milliseconds since 1970: a thread's own, where its id is a UUIDv7 (RFC 9562 §5.7), or the event's where there
 * is no thread. Of other threads a hash, because two reporters of one event may give it different times.
 */
function timePrefix({ threadId, reportedAt }: Pick<ActivityEvent, 'threadId' | 'reportedAt'>): string {
  if (threadId !== null) return threadPrefix(threadId) ?? hash('sha256', threadId, 'hex').slice(0, 12);
  return Math.max(0, reportedAt.getTime()).toString(16).padStart(12, '0').slice(-12);
}

/** The same for every report of the same event. Rows of one thread lie together, and newer threads after older ones. */
export const activityId = (event: Pick<ActivityEvent, 'kind' | 'sameAs' | 'threadId' | 'reportedAt'>): string =>
  `${timePrefix(event)}${hash('sha256', JSON.stringify([event.kind, ...event.sameAs]), 'base64url').slice(0, 22)}`;

export const isBelievable = (reportedAt: Date, receivedAt: Date): boolean => {
  const aheadMs = reportedAt.getTime() - receivedAt.getTime();
  return aheadMs <= maxAheadMs && aheadMs >= -maxLateMs;
};

/** JavaScript writes other years with a sign, which PostgreSQL does not read. */
const isStorable = (at: Date): boolean => {
  const year = at.getUTCFullYear();
  return year >= 1 && year <= 9_999;
};

export function eventRow(event: ActivityEvent, receivedAt: Date) {
  const believed = isBelievable(event.reportedAt, receivedAt);
  return {
    workspace_id: event.workspaceId,
    id: activityId(event),
    at: believed ? event.reportedAt : receivedAt,
    received_at: receivedAt,
    reported_at: believed || !isStorable(event.reportedAt) ? null : event.reportedAt,
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
    attempt_id: event.hosted?.attemptId ?? null,
    task_id: event.hosted?.taskId ?? null,
    environment_id: event.hosted?.environmentId ?? null,
  };
}
export type EventRow = ReturnType<typeof eventRow>;
