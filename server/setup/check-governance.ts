import type { ComplianceFacts } from '#server/compliance/index.ts';
import { counted } from './counted.ts';
import { type Check, check } from './setup-check.ts';
import type { SetupFacts } from './setup-facts.ts';

/** Files are sealed every ten minutes: what waits for longer than an hour waits for a job that does not run. */
const behindAfterMs = 3_600_000;

export const isBehind = ({ unsealedSince }: ComplianceFacts, now: Date): boolean =>
  unsealedSince !== null && now.getTime() - unsealedSince.getTime() > behindAfterMs;

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** Whether one can see, and prove, what happened. */
export const checkGovernance = ({ models, compliance, telemetry, now }: SetupFacts): Check[] => [
  check({
    id: 'prices',
    title: 'Enter the prices of models',
    path: '/models',
    isDone: models.models > 0 && models.unpricedModels === 0,
    fact:
      models.models === 0
        ? 'No model is allowed yet'
        : models.unpricedModels === 0
          ? 'Every model has a price, so every call has a cost'
          : `${counted(models.unpricedModels, 'model has', 'models have')} no price, so their calls have no cost`,
  }),
  check({
    id: 'activity',
    title: 'See what Codex is used for',
    path: '/activity',
    isDone: models.completedEver,
    fact: models.completedEver
      ? `${counted(models.callsLast24Hours, 'model call')} in the last 24 hours`
      : 'No call has been completed yet',
  }),
  check({
    id: 'telemetry',
    title: 'Hear from the clients themselves',
    path: '/analytics',
    isDone: telemetry.reportingMembers > 0,
    fact:
      telemetry.reportingMembers > 0
        ? `The clients of ${telemetry.reportingMembers} of ${counted(telemetry.callingMembers, 'member')} who called today report tool calls and decisions`
        : telemetry.newestAt === null
          ? 'No client has sent telemetry yet'
          : `No client that called today reports; the last report came on ${dayOf(telemetry.newestAt)}`,
  }),
  check({
    id: 'log-files',
    title: 'Have log files sealed',
    path: '/compliance',
    isDone: compliance.lastSealedAt !== null && !isBehind(compliance, now),
    fact:
      compliance.lastSealedAt === null
        ? 'No log file was sealed yet; it is done every ten minutes'
        : isBehind(compliance, now)
          ? `Nothing was sealed since ${dayOf(compliance.lastSealedAt)}, although something happened`
          : `Everything up to ${compliance.lastSealedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC is sealed`,
  }),
  check({
    id: 'retention',
    title: 'Decide how long what is kept',
    path: '/compliance',
    isDone: compliance.isRetentionSet,
    fact: compliance.isRetentionSet
      ? 'Somebody has decided'
      : 'Everything stays as long as Reeve says by itself: files 400 days',
  }),
  check({
    id: 'destination',
    title: 'Push records to your SIEM',
    path: '/compliance',
    isDone: compliance.destinations > 0 && compliance.failing.length === 0,
    fact:
      compliance.destinations === 0
        ? 'Nothing is pushed; log files wait to be fetched'
        : compliance.failing.length === 0
          ? `${counted(compliance.destinations, 'destination takes', 'destinations take')} what comes`
          : `${compliance.failing.map(({ name }) => name).join(', ')} ${compliance.failing.length === 1 ? 'does' : 'do'} not take what comes`,
  }),
];
