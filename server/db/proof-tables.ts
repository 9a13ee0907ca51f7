import type { Generated } from 'kysely';
import type { ProofCell, ProofCounts, ProofEvidence, ProofRun, ProofVerdict } from '#contract/proofs.ts';
import type { VerifyCheck } from '#contract/setup.ts';
import type { Json, Timestamp } from './column-types.ts';

/** Proofs with the stock client, and the checks of the set-up. */
export interface ProofTables {
  proof_runs: {
    id: string;
    workspace_id: string;
    number: number;
    trigger: ProofRun['trigger'];
    started_by: string;
    state: ProofRun['state'];
    verdict: ProofRun['verdict'];
    created_at: Timestamp;
    started_at: Timestamp | null;
    alive_at: Timestamp | null;
    runner: string | null;
    finished_at: Timestamp | null;
    cancel_asked_at: Timestamp | null;
    error: string | null;
  };
  proof_cells: {
    id: string;
    run_id: string;
    workspace_id: string;
    position: number;
    policy_id: string | null;
    policy_name: string;
    revision: number;
    policy_sha256: string;
    client_version: string;
    client_sha256: string | null;
    state: ProofCell['state'];
    verdict: ProofCell['verdict'];
    counts: Json<ProofCounts>;
    attempts_done: Generated<number>;
    attempts_total: Generated<number>;
    now: string | null;
    started_at: Timestamp | null;
    finished_at: Timestamp | null;
    error: string | null;
  };
  proof_attempts: {
    cell_id: string;
    workspace_id: string;
    position: number;
    attempt: string;
    title: string;
    constraint_path: string;
    surface: 'exec' | 'app-server' | 'login' | 'none';
    expected: string;
    observed: string;
    verdict: ProofVerdict;
    evidence: Json<ProofEvidence[]>;
    duration_ms: number;
  };
  proof_certificates: { id: string; run_id: string; workspace_id: string; issued_at: Timestamp; jws: string };
  proof_alerts: {
    id: string;
    workspace_id: string;
    kind: 'broken' | 'drift' | 'run-failed';
    sentence: string;
    run_id: string | null;
    cell_id: string | null;
    raised_at: Timestamp;
    acknowledged_at: Timestamp | null;
    acknowledged_by: string | null;
  };
  proof_schedules: {
    workspace_id: string;
    every: 'off' | 'day' | 'week';
    hour_utc: number;
    weekday: number;
    client_versions: Json<string[]>;
    started_for: Timestamp | null;
  };
  setup_check_states: {
    workspace_id: string;
    check_id: string;
    server: string;
    state: VerifyCheck['state'];
    evidence: string;
    next: string | null;
    facts: Json<VerifyCheck['facts']>;
    since: Timestamp;
    checked_at: Timestamp;
  };
}
