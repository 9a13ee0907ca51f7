import type { Generated } from 'kysely';
import type { ActivityEvent, ActivityKind, ActivitySource } from '#contract/activity-events.ts';
import type { CodexSurface } from '#contract/codex-surfaces.ts';
import type { GeneratedJson, Timestamp } from './column-types.ts';

/** What happened, and what has to be counted again because of it. */
export interface ActivityTables {
  activity_events: {
    workspace_id: string;
    id: string;
    seq: Generated<number>;
    at: Timestamp;
    received_at: Timestamp;
    reported_at: Timestamp | null;
    source: ActivitySource;
    kind: ActivityKind;
    member_id: string | null;
    member_label: string | null;
    surface: CodexSurface;
    client: string | null;
    client_version: string | null;
    model: string | null;
    thread_id: string | null;
    turn_id: string | null;
    call_id: string | null;
    tool: string | null;
    decision: string | null;
    decided_by: string | null;
    rule: string | null;
    outcome: ActivityEvent['outcome'];
    code: string | null;
    policy_name: string | null;
    duration_ms: number | null;
    input_tokens: number | null;
    cached_input_tokens: number | null;
    output_tokens: number | null;
    reasoning_tokens: number | null;
    cost_usd: number | null;
    credits: number | null;
    detail: GeneratedJson<Record<string, unknown>>;
    attempt_id: string | null;
    task_id: string | null;
    environment_id: string | null;
  };
  activity_content: {
    workspace_id: string;
    event_id: string;
    member_id: string | null;
    sealed: string;
    kept_at: Timestamp;
  };
  activity_unknown: {
    workspace_id: string;
    source: ActivitySource;
    name: string;
    client_version: string;
    first_at: Timestamp;
    last_at: Timestamp;
    times: number;
  };
  activity_due: { id: Generated<number>; workspace_id: string; hour: Timestamp; member_id: string; since: Timestamp };
}
