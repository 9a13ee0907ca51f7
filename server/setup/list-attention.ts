import { endingSoonDays } from '#server/keys/index.ts';
import { isBehind } from './check-governance.ts';
import { counted } from './counted.ts';
import type { SetupFacts } from './setup-facts.ts';

const copyPlaceNames = {
  blobs: 'the own storage',
  folder: 'the folder',
  webhook: 'the webhook',
  'time-stamp': 'the time stamping authority',
} as const;

export interface AttentionItem {
  sentence: string;
  path: string | null;
}

/** One broken call happens; three without an answer in between are a pattern. */
const failuresThatCount = 3;

/** What is not all right, the most important first. */
export function listAttention(facts: SetupFacts): AttentionItem[] {
  const { settings, people, policies, models, signIn, endingKeys, audit, compliance, checks, proofs, now } = facts;
  const items: [boolean, string, string][] = [
    [
      audit.isInvalid,
      'The audit log is not what was sealed: somebody changed it in the database. See which entries, and keep an export.',
      '/audit',
    ],
    [
      proofs.openAlerts > 0,
      `${proofs.newestAlert ?? ''}${proofs.openAlerts > 1 ? ` There ${proofs.openAlerts === 2 ? 'is one more alert' : `are ${proofs.openAlerts - 1} more alerts`} of proofs.` : ''}`,
      '/verify/proofs',
    ],
    [!settings.codexLocalEnabled, 'Codex Local is off: every local client is refused.', '/settings'],
    [models.upstreamHost === null, 'No model upstream is set: no call can be answered.', '/models'],
    [
      models.failuresInARow >= failuresThatCount,
      `The last ${models.failuresInARow} model calls failed at ${models.upstreamHost ?? 'the upstream'}.`,
      '/activity',
    ],
    [models.upstreamHost !== null && models.models === 0, 'No model is allowed: every call is refused.', '/models'],
    [
      !policies.hasFallback && !policies.hasBaseline,
      `There is no fallback policy: ${counted(policies.membersWithoutPolicy, 'active member runs', 'active members run')} without any.`,
      '/policies/order',
    ],
    [
      settings.apiKeysAllowed,
      'API keys are allowed: they carry no policy, so nothing limits what they are used for.',
      '/settings',
    ],
    ...signIn.endingCertificates.map(({ connection, endsAt }): [boolean, string, string] => [
      true,
      `The certificate with which ${connection} signs ends on ${endsAt.toISOString().slice(0, 10)}: nobody signs in with it afterwards. Ask the administrator of your identity provider for the next one.`,
      '/single-sign-on',
    ]),
    ...compliance.failing.map(({ name, since, problem }): [boolean, string, string] => [
      true,
      `${name} has not taken compliance records since ${since.toISOString().slice(0, 16).replace('T', ' ')} UTC. ${problem} What waits for it is kept and sent later.`,
      '/compliance',
    ]),
    [
      isBehind(compliance, now),
      'Compliance log files have not been sealed for more than an hour. Look at the log of the server.',
      '/compliance',
    ],
    [
      endingKeys.length > 0,
      `${counted(endingKeys.length, 'API key ends', 'API keys end')} within ${endingSoonDays} days: ${endingKeys.join(', ')}. Rotate before, so that nothing is refused.`,
      '/keys',
    ],
    ...audit.failingCopies.map(({ place, problem }): [boolean, string, string] => [
      true,
      `Checkpoints of the audit log do not arrive at ${copyPlaceNames[place]}${problem === null ? '' : `: ${problem}`} Until they do, nothing outside this server proves the newest entries.`,
      '/audit',
    ]),
    [
      checks.problems.length > 0,
      `${counted(checks.problems.length, 'check finds', 'checks find')} that something is not so: ${checks.problems
        .slice(0, 5)
        .map((title) => `“${title}”`)
        .join(', ')}${checks.problems.length > 5 ? ' and more' : ''}.`,
      '/verify?show=open',
    ],
    [people.activeOwners === 1, 'There is only one owner. Name a second one before you need them.', '/members'],
  ];
  return items.filter(([applies]) => applies).map(([, sentence, path]) => ({ sentence, path }));
}
