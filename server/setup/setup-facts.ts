import type { WorkspaceSettings } from '#contract/workspace.ts';
import { countClientSignIns } from '#server/identity/index.ts';
import { type ModelFacts, readModelFacts } from '#server/models/index.ts';
import { type PolicyFacts, readPolicyFacts } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { readSettings } from '#server/workspace/index.ts';
import { countPeople, type PeopleFacts } from './queries.ts';

/** Everything the checks are decided from: what is there, never what somebody ticked. */
export interface SetupFacts {
  settings: WorkspaceSettings;
  people: PeopleFacts;
  signedInClients: number;
  policies: PolicyFacts;
  models: ModelFacts;
}

export async function readSetupFacts(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
): Promise<SetupFacts> {
  const now = clock();
  return {
    settings: await readSettings(db, workspaceId),
    people: await countPeople(db, workspaceId, now),
    signedInClients: await countClientSignIns(db, workspaceId, { now }),
    policies: await readPolicyFacts(db, workspaceId),
    models: await readModelFacts(db, workspaceId, { now }),
  };
}
