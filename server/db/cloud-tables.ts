import type { ColumnType, Generated } from 'kysely';
import type { EnvironmentSettings } from '#contract/environments.ts';
import type { EgressAttempt } from '#contract/internet-access.ts';
import type { RunnerDriver } from '#contract/runners.ts';
import type { AttemptState, Ending, LogEntry } from '#contract/task-states.ts';
import type { PullRequest, TaskSummary } from '#contract/tasks.ts';
import type { Json, Timestamp } from './column-types.ts';

export type StoredEnvironmentSettings = Omit<EnvironmentSettings, 'label' | 'repositoryIds' | 'sharing' | 'groupIds'>;

/** What an attempt asks of a runner. */
export interface AttemptNeeds {
  labels: string[];
  runtime: EnvironmentSettings['runtime'];
  cpus: number;
}

/** Codex cloud: environments, hosted tasks and the machines that run them. Sealed columns are content. */
export interface CloudTables {
  cloud_environments: {
    id: string;
    workspace_id: string;
    creator_id: string | null;
    creator_name: string;
    label: string;
    settings: Json<StoredEnvironmentSettings>;
    repository_ids: Json<string[]>;
    sharing: EnvironmentSettings['sharing'];
    cache_salt: string;
    revision: Generated<number>;
    created_at: Timestamp;
    updated_at: Timestamp;
    deleted_at: Timestamp | null;
  };
  cloud_environment_secrets: {
    environment_id: string;
    workspace_id: string;
    name: string;
    sealed: string;
    updated_at: Timestamp;
    updated_by: string;
  };
  cloud_environment_groups: {
    environment_id: string;
    workspace_id: string;
    group_id: string;
  };
  cloud_environment_pins: {
    environment_id: string;
    workspace_id: string;
    member_id: string;
  };
  cloud_group_limits: {
    group_id: string;
    workspace_id: string;
    running_at_once: number;
  };
  cloud_runners: {
    id: string;
    workspace_id: string;
    name: string;
    secret_hash: string | null;
    labels: Json<string[]>;
    drivers: Json<RunnerDriver[]>;
    version: string;
    protocol: number;
    capacity: number;
    is_embedded: Generated<boolean>;
    problem: string | null;
    address: string | null;
    registered_at: Timestamp;
    seen_at: Timestamp;
    draining_at: Timestamp | null;
    removed_at: Timestamp | null;
  };
  cloud_runner_tokens: {
    id: string;
    workspace_id: string;
    token_hash: string;
    hint: string;
    labels: Json<string[]>;
    is_embedded: Generated<boolean>;
    created_by: string;
    created_at: Timestamp;
    expires_at: Timestamp;
    used_at: Timestamp | null;
    revoked_at: Timestamp | null;
  };
  cloud_caches: {
    runner_id: string;
    fingerprint: string;
    environment_id: string;
    workspace_id: string;
    built_at: Timestamp;
    expires_at: Timestamp;
    bytes: number;
  };
  cloud_tasks: {
    id: string;
    workspace_id: string;
    member_id: string | null;
    environment_id: string | null;
    environment_label: string;
    repository_id: string | null;
    repository: string;
    branch: string;
    mode: 'ask' | 'code';
    source: TaskSummary['source'];
    sealed_title: string;
    last_turn: Generated<number>;
    archived_at: Timestamp | null;
    read_at: Timestamp | null;
    publishing_until: Generated<Timestamp | null>;
    files_gone_at: Generated<Timestamp | null>;
    created_at: Timestamp;
    updated_at: Timestamp;
    deleted_at: Timestamp | null;
  };
  cloud_turns: {
    task_id: string;
    number: number;
    workspace_id: string;
    sealed_prompt: string;
    mode: 'ask' | 'code';
    follows_attempt_id: string | null;
    starting_diff_blob: string | null;
    comments: Generated<number>;
    created_at: Timestamp;
  };
  cloud_attempts: {
    id: string;
    task_id: string;
    workspace_id: string;
    member_id: string | null;
    environment_id: string | null;
    turn_number: number;
    placement: number;
    kind: Generated<'task' | 'try'>;
    state: AttemptState;
    ending: Ending | null;
    detail: string | null;
    sealed_answer: string | null;
    claim_id: Generated<string | null>;
    heard_epoch: Generated<number | null>;
    epoch: Generated<number>;
    runner_id: string | null;
    runner_name: Generated<string | null>;
    driver: RunnerDriver['kind'] | null;
    lease_until: Timestamp | null;
    tries: Generated<number>;
    losses: Generated<number>;
    log_base: Generated<number>;
    egress_left_out: Generated<number>;
    egress_report: Generated<string | null>;
    secrets_epoch: number | null;
    cancel_asked_at: Timestamp | null;
    base_commit: string | null;
    diff_blob: string | null;
    is_diff_final: Generated<boolean>;
    files_modified: number | null;
    lines_added: number | null;
    lines_removed: number | null;
    session_blob: string | null;
    is_from_cache: boolean | null;
    needs: Json<AttemptNeeds>;
    /** Made by the database. */
    lane: ColumnType<string, never, never>;
    usage: ColumnType<
      { cpuSeconds: number; peakMemoryMb: number; diskMb: number } | null,
      string | null,
      string | null
    >;
    queued_at: Timestamp;
    claimed_at: Timestamp | null;
    first_model_call_at: Timestamp | null;
    finished_at: Timestamp | null;
  };
  cloud_log: {
    attempt_id: string;
    seq: number;
    workspace_id: string;
    at: Timestamp;
    kind: LogEntry['kind'];
    phase: LogEntry['phase'];
    item: string | null;
    exit_code: number | null;
    sealed_text: string;
  };
  cloud_egress: {
    id: string;
    attempt_id: string;
    workspace_id: string;
    environment_id: string | null;
    at: Timestamp;
    phase: EgressAttempt['phase'];
    method: string;
    host: string;
    port: number;
    path: string | null;
    is_allowed: boolean;
    rule: EgressAttempt['rule'];
    address: string | null;
    status: number | null;
    sent_bytes: number;
    received_bytes: number;
  };
  cloud_comments: {
    id: string;
    task_id: string;
    attempt_id: string;
    workspace_id: string;
    path: string;
    side: 'old' | 'new';
    line: number;
    sealed_text: string;
    sent_with_turn: number | null;
    created_at: Timestamp;
  };
  cloud_pull_requests: {
    id: string;
    task_id: string;
    attempt_id: string;
    workspace_id: string;
    repository_id: string;
    number: number | null;
    url: string;
    branch: string;
    base: string;
    state: PullRequest['state'];
    head_sha: string;
    created_at: Timestamp;
    updated_at: Timestamp;
    checked_at: Timestamp;
  };
}
