import type { Job } from '#contract/runner-protocol.ts';
import type { Ending } from '#contract/task-states.ts';
import { testedClients } from '#contract/tested-clients.ts';
import { findRepository } from '#server/connectors/index.ts';
import { createAttemptToken } from '#server/identity/index.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from '../attempts/changes.ts';
import { endAttempt, settleUnmade } from '../attempts/end-attempt.ts';
import type { Leased } from '../attempts/give-out.ts';
import { type JobFacts, promptContext, readJobFacts } from '../attempts/job-queries.ts';
import { readCloudStandings, readQueueLimits } from '../attempts/queue-queries.ts';
import { describeJobOf } from '../environments/describe-job.ts';
import { type EnvironmentRow, findEnvironment } from '../environments/environment-queries.ts';
import { mayUse } from '../environments/require-environment.ts';
import { agentConfigToml, authApiUrl, gatewayPaths, hostedOriginator } from './agent-config.ts';

type Part = Pick<Services, 'db' | 'clock' | 'secrets' | 'origin' | 'blobs'>;

/** Longer than any time limit, and the set-up before it. The lease ends the token long before. */
const tokenHours = 26;

const [newestClient] = testedClients.slice(-1) as [string];

/** Why no runner can do it, whichever. */
export class NoJob extends Error {
  readonly ending: Ending;
  constructor(ending: Ending, detail: string) {
    super(detail);
    this.name = 'NoJob';
    this.ending = ending;
  }
}

async function repositoryOf({ db }: Part, workspaceId: string, facts: JobFacts): Promise<Job['repository']> {
  const found = facts.repositoryId === null ? undefined : await findRepository(db, workspaceId, facts.repositoryId);
  if (!found) throw new NoJob('repository-unavailable', 'The repository is not connected any more.');
  if (found.state !== 'connected')
    throw new NoJob('repository-unavailable', `Access to ${found.name} was ${found.state} on the git server.`);
  if (!found.isAllowed)
    throw new NoJob('repository-unavailable', `${found.name} is not chosen for environments any more.`);
  const folder =
    found.name
      .split('/')
      .at(-1)
      ?.replace(/\.git$/, '') || 'repository';
  return {
    name: found.name,
    folder,
    branch: facts.branch,
    isDefaultBranch: facts.branch === found.defaultBranch,
    commit: facts.formerCommit,
    remoteUrl: found.url,
  };
}

const beforeOf = ({ formerDiff, formerSession, startingDiff }: JobFacts): Job['before'] => ({
  hasSession: formerSession !== null,
  hasDiff: startingDiff !== null || formerDiff !== null,
});

async function agentOf(
  services: Part,
  workspaceId: string,
  facts: JobFacts & { epoch: number; model: string | null },
): Promise<Job['agent']> {
  const { db, clock, origin } = services;
  const { attemptId, epoch, memberId, model, kind } = facts;
  if (memberId === null) throw new NoJob('access-ended', 'Its member is gone.');
  const at = clock();
  const expiresAt = new Date(at.getTime() + tokenHours * 3_600_000);
  const wanted = { workspaceId, memberId, attemptId, epoch, at, expiresAt };
  // Nobody signs in during a try.
  const token = kind === 'try' ? '' : await createAttemptToken(db, wanted);
  return {
    clientVersion: newestClient,
    configToml: agentConfigToml({ origin, model }),
    token,
    model,
    authApiUrl: authApiUrl(origin),
    originator: hostedOriginator,
    gatewayOrigin: origin,
    gatewayPaths: [...gatewayPaths],
  };
}

/** As of now: what was shared when the task was given may be shared no more. @throws NoJob */
async function environmentOf({ db }: Part, workspaceId: string, facts: JobFacts): Promise<EnvironmentRow> {
  const { environmentId, memberId } = facts;
  const environment = environmentId === null ? undefined : await findEnvironment(db, workspaceId, environmentId);
  if (!environment) throw new NoJob('image-unavailable', 'The environment was deleted.');
  const [standing] = memberId === null ? [] : await readCloudStandings(db, workspaceId, [memberId]);
  if (!standing) throw new NoJob('access-ended', 'Its member is gone.');
  const user = { workspaceId, memberId: standing.memberId, permissions: permissionsFrom(standing.held) };
  if (!(await mayUse(db, user, environment.id)))
    throw new NoJob('access-ended', 'The environment is not shared with them any more.');
  return environment;
}

/** @throws NoJob */
async function makeJob(services: Part, workspaceId: string, leased: Leased): Promise<Job> {
  const { db, secrets } = services;
  const { attemptId, epoch, driver, runtime } = leased;
  const facts = await readJobFacts(db, workspaceId, attemptId);
  if (!facts) throw new NoJob('internal', 'The task was deleted.');
  const environment = await environmentOf(services, workspaceId, facts);
  const repository = await repositoryOf(services, workspaceId, facts);
  const workspaceInternetAllowed = (await readQueueLimits(db, workspaceId))?.isInternetAllowed ?? false;
  const { model, ...ofEnvironment } = await describeJobOf(services, environment, {
    workspaceInternetAllowed,
    repositoryId: facts.repositoryId ?? undefined,
  });
  const { kind, taskId, turnNumber, placement, mode } = facts;
  return {
    attemptId,
    epoch,
    kind,
    taskId,
    turnNumber,
    placement,
    mode,
    prompt: await secrets.open(facts.sealedPrompt, promptContext(taskId, turnNumber)),
    driver,
    runtime,
    ...ofEnvironment,
    repository,
    before: beforeOf(facts),
    agent: await agentOf(services, workspaceId, { ...facts, epoch, model }),
  };
}

/**
 * The job of a lease; null when nobody can do it: the attempt has then ended with the reason.
 */
export async function openJob(services: Part, workspaceId: string, leased: Leased): Promise<Job | null> {
  try {
    return await makeJob(services, workspaceId, leased);
  } catch (error) {
    if (!(error instanceof NoJob)) throw error;
    const { attemptId, epoch } = leased;
    const end = { workspaceId, attemptId, ending: error.ending, detail: error.message, at: services.clock() };
    await services.db.transaction().execute((tx) => endAttempt(tx, { ...end, ifLease: { epoch } }));
    tellChanged(workspaceId, [attemptId]);
    return null;
  }
}

/** After `openJob` has thrown. */
export async function giveUp(
  services: Part,
  workspaceId: string,
  { attemptId, epoch }: Pick<Leased, 'attemptId' | 'epoch'>,
): Promise<void> {
  const { db, clock } = services;
  await db.transaction().execute((tx) => settleUnmade(services, tx, workspaceId, { attemptId, epoch, at: clock() }));
  tellChanged(workspaceId, [attemptId]);
}
