import type { ActivitySource } from '#contract/activity-events.ts';
import type { Timestamp } from './column-types.ts';

/** A calendar day as `YYYY-MM-DD` when written; read it as text (`to_char`), because the two engines make different dates of it. */
type Day = string;

/** The same for distinct things at each level; see migration 0011. */
type AtEachLevel<Name extends string> = {
  [Level in
    | Name
    | `${Name}_of_surface`
    | `${Name}_of_client`
    | `${Name}_of_model`
    | `${Name}_of_surface_model`
    | `${Name}_of_leaf`]: number;
};

interface Leaf {
  workspace_id: string;
  surface: string;
  client: string;
  model: string;
}

interface Figures extends AtEachLevel<'threads'>, AtEachLevel<'turns'> {
  calls: number;
  failed_calls: number;
  refused_calls: number;
  unpriced_calls: number;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  credits: number;
  cost_usd: number;
}

interface Mark extends Leaf {
  zone: string;
  day: Day;
  what: 'tool' | 'decision' | 'refusal';
  name: string;
  tool: string;
  decided_by: string;
  rule: string;
  policy_name: string;
  times: number;
  failed: number;
  duration_ms: number;
  timed: number;
}

/** What was used, counted from the events. */
export interface UsageTables {
  usage_hours: Leaf & Figures & { hour: Timestamp; member_id: string };
  usage_days: Leaf & Figures & { zone: string; day: Day; member_id: string };
  usage_months: Leaf & Figures & { zone: string; month: Day; member_id: string; days: number };
  usage_marks: Mark & { member_id: string };
  usage_totals: Leaf &
    Figures &
    AtEachLevel<'members'> & { zone: string; grain: 'day' | 'week'; day: Day; group_id: string };
  usage_mark_totals: Mark & { group_id: string; members: number };
  usage_sizes: { workspace_id: string; group_id: string; day: Day; members: number };
  usage_sources: {
    workspace_id: string;
    month: Day;
    member_id: string;
    source: ActivitySource;
    days: number;
    last_at: Timestamp;
  };
  usage_due: { workspace_id: string; zone: string; grain: 'day' | 'week'; day: Day; since: Timestamp };
  usage_zones: { workspace_id: string; zone: string; state: 'counting' | 'ready' | 'leaving' };
  usage_floors: { workspace_id: string; before: Timestamp };
  usage_recounts: {
    id: string;
    workspace_id: string;
    because: 'asked' | 'time-zone';
    zone: string | null;
    asked_at: Timestamp;
    first_day: Day;
    last_day: Day;
    next_day: Day | null;
    after_member: string | null;
    ended_at: Timestamp | null;
  };
}
