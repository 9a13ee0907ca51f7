import type { WorkspaceSettings } from '#contract/workspace.ts';
import { type AuditFacts, readAuditFacts } from '#server/audit/index.ts';
import { type ComplianceFacts, readComplianceFacts } from '#server/compliance/index.ts';
import { countClientSignIns } from '#server/identity/index.ts';
import { listKeysEndingSoon } from '#server/keys/index.ts';
import { type ModelFacts, readModelFacts } from '#server/models/index.ts';
import { type PolicyFacts, readPolicyFacts } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { readTeamConfigFacts, type TeamConfigFacts } from '#server/team-config/index.ts';
import { readTelemetryFacts, type TelemetryFacts } from '#server/telemetry/index.ts';
import { type ProofFacts, readProofFacts } from '#server/verify/index.ts';
import { readSettings } from '#server/workspace/index.ts';
import { checkList } from './checks/check-list.ts';
import { readWorstStates } from './checks/worst-states.ts';
import { countPeople, type PeopleFacts, readSignInFacts, type SignInFacts } from './queries.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** How the checks of step 7 were found last. */
export interface CheckFacts {
  looked: number;
  problems: { title: string; path: string | null }[];
  warnings: number;
}

async function readCheckFacts(services: Pick<Services, 'db' | 'clock'>, workspaceId: string): Promise<CheckFacts> {
  const states = await readWorstStates(services, workspaceId);
  const checkOf = new Map(checkList.map((check) => [check.id, check]));
  return {
    looked: states.length,
    problems: states.flatMap(({ check_id, state }) => (state === 'problem' ? (checkOf.get(check_id) ?? []) : [])),
    warnings: states.filter(({ state }) => state === 'warning').length,
  };
}

/** Everything the checks are decided from: what is there, never what somebody ticked. */
export interface SetupFacts {
  settings: WorkspaceSettings;
  people: PeopleFacts;
  signIn: SignInFacts;
  signedInClients: number;
  policies: PolicyFacts;
  models: ModelFacts;
  compliance: ComplianceFacts;
  telemetry: TelemetryFacts;
  /** By name. */
  endingKeys: string[];
  audit: AuditFacts;
  teamConfig: TeamConfigFacts;
  checks: CheckFacts;
  proofs: ProofFacts;
  now: Date;
}

export async function readSetupFacts(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
): Promise<SetupFacts> {
  const now = clock();
  const soon = new Date(now.getTime() + 21 * dayMs);
  return {
    now,
    settings: await readSettings(db, workspaceId),
    people: await countPeople(db, workspaceId, now),
    signIn: await readSignInFacts(db, workspaceId, soon),
    signedInClients: await countClientSignIns(db, workspaceId, { now }),
    policies: await readPolicyFacts(db, workspaceId),
    models: await readModelFacts(db, workspaceId, { now }),
    compliance: await readComplianceFacts(db, workspaceId),
    telemetry: await readTelemetryFacts(db, workspaceId, now),
    endingKeys: await listKeysEndingSoon(db, workspaceId, now),
    audit: await readAuditFacts(db, workspaceId, { now }),
    teamConfig: await readTeamConfigFacts(db, workspaceId),
    checks: await readCheckFacts({ db, clock }, workspaceId),
    proofs: await readProofFacts(db, workspaceId),
  };
}
