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

const namedProblems = 5;

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
    [people.activeOwners === 1, 'There is only one owner. Name a second one before you need them.', '/members'],
  ];
  const found = items.filter(([applies]) => applies).map(([, sentence, path]) => ({ sentence, path }));
  return [...found, ...problemsOfChecks(checks.problems, new Set(found.map(({ path }) => path)))];
}

/** Problems that the checks of step 7 found, save those that stand there in words of their own. */
function problemsOfChecks(
  problems: SetupFacts['checks']['problems'],
  named: ReadonlySet<string | null>,
): AttentionItem[] {
  const others = problems.filter(({ path }) => path === null || !named.has(path)).map(({ title }) => `“${title}”`);
  if (others.length === 0) return [];
  const rest = others.length > namedProblems ? ` and ${others.length - namedProblems} more` : '';
  return [
    {
      sentence: `This is not so: ${others.slice(0, namedProblems).join(', ')}${rest}. See what was found and what to do.`,
      path: '/verify',
    },
  ];
}
