import type { z } from 'zod';
import type { Step } from '#contract/setup.ts';
import { checkGovernance } from './check-governance.ts';
import { checkPeople } from './check-people.ts';
import { counted } from './counted.ts';
import { type Check, check, later } from './setup-check.ts';
import type { SetupFacts } from './setup-facts.ts';

type StepOf = z.infer<typeof Step>;

const enable = ({ settings, models, people }: SetupFacts): Check[] => [
  check({
    id: 'codex-local',
    title: 'Turn Codex Local on',
    path: '/settings',
    isDone: settings.codexLocalEnabled,
    fact: settings.codexLocalEnabled
      ? `On for ${counted(people.activeMembers, 'active member')}`
      : 'Off: every local client is refused',
  }),
  check({
    id: 'model-upstream',
    title: 'Set where model calls go',
    path: '/models',
    isDone: models.upstreamHost !== null,
    fact:
      models.upstreamHost === null
        ? 'No upstream yet, so no call can be answered'
        : `Calls go to ${models.upstreamHost}`,
  }),
  check({
    id: 'allowed-models',
    title: 'Allow models and choose the default',
    path: '/models',
    isDone: models.models > 0 && models.hasDefault,
    fact:
      models.models === 0
        ? 'No model is allowed yet'
        : `${counted(models.models, 'model is', 'models are')} allowed, ${models.hasDefault ? 'with a default' : 'none of them as the default'}`,
  }),
  check({
    id: 'first-client',
    title: 'Connect the first client',
    path: '/connect',
    isDone: people.seenEver > 0,
    fact:
      people.seenEver === 0
        ? 'No Codex client has called yet'
        : `${counted(people.seenEver, 'member')} used a Codex client`,
  }),
];

/** What people get whom no group's policy fits. */
function restOf({ hasFallback, hasBaseline }: SetupFacts['policies']): string | null {
  if (hasFallback) return 'the fallback';
  return hasBaseline ? 'the baseline' : null;
}

const policies = ({ policies: facts, people }: SetupFacts): Check[] => [
  check({
    id: 'fallback-policy',
    title: 'Choose a fallback policy',
    path: '/policies/order',
    isDone: facts.hasFallback || facts.hasBaseline,
    fact:
      restOf(facts) === null
        ? 'Nothing is enforced for people without a group policy'
        : `Whoever no group policy fits gets ${restOf(facts)}`,
  }),
  check({
    id: 'everyone-governed',
    title: 'Give everyone a policy',
    path: '/policies/order',
    isDone: people.activeMembers > 0 && facts.membersWithoutPolicy === 0,
    fact:
      facts.membersWithoutPolicy === 0
        ? `A policy applies to every active member, by ${counted(facts.assignments, 'group assignment')}${restOf(facts) === null ? '' : ` and ${restOf(facts)}`}`
        : `No policy applies to ${counted(facts.membersWithoutPolicy, 'active member')}`,
  }),
  check({
    id: 'policy-delivered',
    title: 'See it arrive',
    path: '/connect',
    isDone: facts.membersReached > 0,
    fact:
      facts.membersReached === 0
        ? 'No client has fetched its policy yet'
        : `The clients of ${facts.membersReached} of ${counted(people.activeMembers, 'member')} have what applies to them`,
  }),
];

const teamConfig = ({ teamConfig: facts }: SetupFacts): Check[] => [
  check({
    id: 'bundles',
    title: 'Publish what repositories should have',
    path: '/team-config',
    isDone: facts.published > 0,
    fact:
      facts.published === 0
        ? 'No bundle is published yet'
        : `${counted(facts.published, 'bundle is', 'bundles are')} published, ${counted(facts.groups, 'group subscribes', 'groups subscribe')}`,
  }),
  check({
    id: 'repositories',
    title: 'Have repositories say which version they use',
    path: '/team-config/repositories',
    isDone: facts.repositories > 0,
    fact:
      facts.repositories === 0
        ? 'No repository reports yet'
        : `${counted(facts.repositories, 'repository reports', 'repositories report')}, ${facts.modified === 0 ? 'none of them changed' : `${facts.modified} of them changed`}`,
  }),
];

function checksFact({ looked, problems, warnings }: SetupFacts['checks']): string {
  if (looked === 0) return 'Nobody has looked yet; it is done once an hour';
  if (problems.length > 0)
    return `${counted(problems.length, 'check finds', 'checks find')} a problem: ${problems
      .slice(0, 3)
      .map(({ title }) => title)
      .join(', ')}${problems.length > 3 ? ' and more' : ''}`;
  return `${counted(looked, 'check')} without a problem${warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`}`;
}

const verdictWords = {
  held: 'everything was kept',
  partly: 'nothing was got past, but not every client knows every constraint',
  inconclusive: 'not every attempt came to an answer',
  broken: 'something was got past',
};

function proofFact({ run, verdict, unproved, provedAt }: SetupFacts['proofs']): string {
  if (run === null) return 'No proof has been made yet';
  if (unproved.length > 0)
    return `${counted(unproved.length, 'published policy was', 'published policies were')} never proved as now published: ${unproved.slice(0, 3).join(', ')}${unproved.length > 3 ? ' and more' : ''}`;
  if (verdict === null || provedAt === null) return `Proof ${run.number} is not of what is published now`;
  return `Of what is published now, ${verdictWords[verdict]}; proved since ${provedAt.toISOString().slice(0, 10)}`;
}

const verify = ({ models, policies: facts, signedInClients, checks, proofs }: SetupFacts): Check[] => [
  check({
    id: 'checks-green',
    title: 'Every check is all right',
    path: '/verify',
    isDone: checks.looked > 0 && checks.problems.length === 0,
    fact: checksFact(checks),
  }),
  check({
    id: 'last-proof',
    title: 'Enforcement is proven with the stock client',
    path: '/verify/proofs',
    // A client that does not know a constraint is told beside it: no proof of such a policy ever says more.
    isDone: (proofs.verdict === 'held' || proofs.verdict === 'partly') && proofs.unproved.length === 0,
    fact: proofFact(proofs),
  }),
  check({
    id: 'client-signed-in',
    title: 'A client is signed in',
    path: '/connect',
    isDone: signedInClients > 0,
    fact: `${counted(signedInClients, 'Codex sign-in')} right now`,
  }),
  check({
    id: 'client-governed',
    title: 'It runs under the policy',
    path: '/policies',
    isDone: facts.membersReached > 0,
    fact:
      facts.membersReached > 0
        ? `Delivered to ${counted(facts.membersReached, 'member')}`
        : 'No policy was delivered yet',
  }),
  check({
    id: 'call-completed',
    title: 'It does work through the gateway',
    path: '/activity',
    isDone: models.completedEver,
    fact: models.completedEver ? 'A model call was completed' : 'No model call was completed yet',
  }),
];

/** The seven steps of the set-up, each check decided by fact. */
export const checkSteps = (facts: SetupFacts): StepOf[] => [
  { id: 'enable', number: 1, title: 'Enable Codex', checks: enable(facts) },
  { id: 'roles', number: 2, title: 'People and roles', checks: checkPeople(facts) },
  { id: 'policies', number: 3, title: 'Enforced policies', checks: policies(facts) },
  {
    id: 'team-config',
    number: 4,
    title: 'Team Config',
    checks: teamConfig(facts),
  },
  {
    id: 'cloud',
    number: 5,
    title: 'Codex Cloud',
    checks: [
      later('environments', 'Environments and runners', 'Comes in a later version'),
      later('code-review', 'GitHub and code review', 'Comes in a later version'),
    ],
  },
  { id: 'governance', number: 6, title: 'Governance', checks: checkGovernance(facts) },
  { id: 'verify', number: 7, title: 'Verify', checks: verify(facts) },
];
