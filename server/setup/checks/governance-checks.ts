import { readJobRuns } from '#server/jobs/job-runs.ts';
import { type ProofFacts, readProofFacts } from '#server/verify/index.ts';
import { isBehind } from '../check-governance.ts';
import { counted } from '../counted.ts';
import { type Check, type Found, namesOf, ok, problem, unknown, warning } from './check.ts';
import { readFreshness } from './queries.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const utc = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** A call is in the activity with its end, and counted within seconds. */
const lateAfterMs = 5 * minuteMs;

const activity: Check = {
  id: 'activity',
  title: 'What happens is visible at once',
  area: 'governance',
  path: '/activity',
  async look({ services, workspaceId, facts, now }) {
    const { models } = await facts();
    const { newest_event: event, uncounted_since: uncounted } = await readFreshness(services.db, workspaceId);
    const call = models.newestCallEndedAt;
    const found: [string, string | number | null][] = [
      ['Newest event', event && utc(event)],
      ['Newest model call', call && utc(call)],
      ['Calls in the last 24 hours', models.callsLast24Hours],
      ['Waits to be counted since', uncounted && utc(uncounted)],
    ];
    if (call !== null && (event === null || call.getTime() - event.getTime() > lateAfterMs))
      return problem(
        `The newest model call ended ${utc(call)}, and no event has arrived ${event === null ? 'at all' : `since ${utc(event)}`}.`,
        'Look at the log of the server: events are not written.',
        found,
      );
    if (uncounted !== null && now.getTime() - uncounted.getTime() > lateAfterMs)
      return problem(
        `Events wait to be counted since ${utc(uncounted)}, so figures are behind.`,
        'See that “reeve serve” (or “reeve work”) runs its jobs, and look at its log.',
        found,
      );
    if (event === null)
      return unknown('Nothing has happened yet that could be seen.', 'Make a call with a Codex client.', found);
    return ok(`The newest event came ${utc(event)}; nothing waits to be counted.`, found);
  },
};

const telemetry: Check = {
  id: 'telemetry',
  title: 'Clients report what they do',
  area: 'governance',
  path: '/verify/estate',
  async look({ facts }) {
    const { reportingMembers, callingMembers, newestAt } = (await facts()).telemetry;
    const found: [string, string | number | null][] = [
      ['Members who called today', callingMembers],
      ['Whose clients report', reportingMembers],
      ['Newest report', newestAt && utc(newestAt)],
    ];
    if (callingMembers === 0)
      return unknown('Nobody called within the last day.', 'Look again after a working day.', found);
    const silent = callingMembers - reportingMembers;
    return silent === 0
      ? ok(`The clients of all ${counted(callingMembers, 'member')} who called today report.`, found)
      : warning(
          `The clients of ${silent} of ${counted(callingMembers, 'member')} who called today are silent.`,
          'See who under “Clients in the field”; a proof shows whether telemetry can be switched off.',
          found,
        );
  },
};

const logFiles: Check = {
  id: 'log-files',
  title: 'Log files are sealed in time',
  area: 'governance',
  path: '/compliance',
  async look({ facts, now }) {
    const { compliance } = await facts();
    const { lastSealedAt, unsealedSince } = compliance;
    const found: [string, string | null][] = [
      ['Last sealed', lastSealedAt && utc(lastSealedAt)],
      ['Waits since', unsealedSince && utc(unsealedSince)],
    ];
    if (isBehind(compliance, now))
      return problem(
        `Events wait to be sealed since ${unsealedSince && utc(unsealedSince)}; it is done every ten minutes.`,
        'Look at the log of the server.',
        found,
      );
    if (lastSealedAt === null) return unknown('No log file was sealed yet: nothing happened.', 'Nothing to do.', found);
    return ok(`Sealed last ${utc(lastSealedAt)}; nothing waits longer than it should.`, found);
  },
};

const audit: Check = {
  id: 'audit-log',
  title: 'The audit log is whole, and copies of it are elsewhere',
  area: 'governance',
  path: '/audit',
  async look({ facts, services }) {
    const { isInvalid, failingCopies } = (await facts()).audit;
    const { copyFolder, copyWebhook, timeStampUrl } = services.config.audit;
    const places = [
      ...(copyFolder ? ['folder'] : []),
      ...(copyWebhook ? ['webhook'] : []),
      ...(timeStampUrl ? ['time stamps'] : []),
    ];
    const found: [string, string | number][] = [['Copies outside', places.length === 0 ? 'none' : places.join(', ')]];
    if (isInvalid)
      return problem('The last verification found entries that were changed.', 'See which, and keep an export.', found);
    const [failing] = failingCopies;
    if (failing)
      return problem(
        `Checkpoints do not arrive at ${failing.place}: ${failing.problem ?? 'no answer'}`,
        'Put that place right; copies are tried again by themselves.',
        found,
      );
    if (places.length === 0)
      return warning(
        'No checkpoint leaves this server, so nothing outside proves that nobody rewrote the log.',
        'Set REEVE_AUDIT_COPY_FOLDER, REEVE_AUDIT_COPY_URL or REEVE_AUDIT_TIME_STAMP_URL.',
        found,
      );
    return ok(`Checkpoints arrive at: ${places.join(', ')}.`, found);
  },
};

const destinations: Check = {
  id: 'destinations',
  title: 'Records reach where they are pushed to',
  area: 'governance',
  path: '/compliance',
  async look({ facts }) {
    const { destinations: count, failing } = (await facts()).compliance;
    if (failing.length > 0)
      return problem(
        `${namesOf(failing.map(({ name, since, problem: why }) => `${name} (since ${utc(since)}: ${why})`))} ${failing.length === 1 ? 'does' : 'do'} not take records.`,
        'Put the destination right; what waits is kept and sent later.',
      );
    return ok(
      count === 0
        ? 'Nothing is pushed; log files wait to be fetched.'
        : `${counted(count, 'destination takes', 'destinations take')} what comes.`,
    );
  },
};

/** Each runs once a day or more often. */
const purgesWithin = 2 * dayMs;

const retention: Check = {
  id: 'retention',
  title: 'Retention is decided and old records are deleted',
  area: 'governance',
  path: '/compliance',
  async look({ facts, services, now }) {
    const { isRetentionSet } = (await facts()).compliance;
    const runs = await readJobRuns(services.db);
    if (runs === null)
      return unknown(
        'No process has worked on jobs here yet.',
        'Start “reeve serve”, or “reeve work” beside servers with --no-jobs.',
      );
    const purges = runs.filter(({ name }) => name.startsWith('purge-') || name.includes('retention'));
    const failed = purges.filter(({ hasFailed }) => hasFailed).map(({ name }) => name);
    const late = purges
      .filter(({ completedAt }) => completedAt !== null && now.getTime() - completedAt.getTime() > purgesWithin)
      .map(({ name }) => name);
    const done = purges.flatMap(({ completedAt }) => (completedAt ? [completedAt.getTime()] : []));
    const found: [string, string | number | null][] = [
      ['Jobs that delete', purges.length],
      ['Newest run', done.length === 0 ? null : utc(new Date(Math.max(...done)))],
      ['Decided by somebody', isRetentionSet ? 'yes' : 'no'],
    ];
    if (failed.length > 0 || late.length > 0)
      return problem(
        `${namesOf([...failed, ...late])} ${failed.length + late.length === 1 ? 'has' : 'have'} not run as planned.`,
        'Look at the log of the server for the job’s error.',
        found,
      );
    if (!isRetentionSet)
      return warning('Nobody has decided how long what is kept.', 'Decide it, even if the defaults are right.', found);
    return ok(`Decided, and ${counted(purges.length, 'job that deletes', 'jobs that delete')} run as planned.`, found);
  },
};

const proofStaleAfterMs = 35 * dayMs;

function judgeProofs(proofs: ProofFacts, now: Date): Found {
  const { run, verdict, cells, unproved, provedAt, openAlerts } = proofs;
  if (!run)
    return warning('Enforcement was never proven with the stock client here.', 'Start a proof, and let it repeat.');
  const found: [string, string | number | null][] = [
    ['Newest run', `${run.number}, ${run.state}, ${utc(run.finishedAt)}`],
    ['Policies with clients proved as published', cells],
    ['Worst verdict', verdict],
    ['Proved since', provedAt && utc(provedAt)],
    ['Open alerts', openAlerts],
  ];
  if (verdict === 'broken')
    return problem(
      'Something that a published policy states was not kept.',
      'See which attempt, and what the client did.',
      found,
    );
  if (verdict === null && run.state === 'failed')
    return problem(`Proof ${run.number} could not be carried out.`, 'See its error, then start another.', found);
  if (openAlerts > 0)
    return warning(`${counted(openAlerts, 'alert is', 'alerts are')} open.`, 'Look at what changed.', found);
  if (unproved.length > 0)
    return warning(`Never proved as published now: ${namesOf(unproved)}.`, 'Start a proof, and let it repeat.', found);
  if (verdict === null || provedAt === null)
    return warning('What is published now was never proved.', 'Start a proof, and let it repeat.', found);
  if (verdict === 'inconclusive')
    return warning('Not every attempt came to an answer.', 'See which, and prove again.', found);
  if (now.getTime() - provedAt.getTime() > proofStaleAfterMs)
    return warning('The proof of a policy is older than five weeks.', 'Prove again, or set a schedule.', found);
  const partly = ' Some clients do not know, or do not keep, every constraint: see which at the proof.';
  return ok(`What is published now was kept wherever it could be.${verdict === 'partly' ? partly : ''}`, found);
}

const proof: Check = {
  id: 'last-proof',
  title: 'What is published is proved, and freshly',
  area: 'policies',
  path: '/verify/proofs',
  look: async ({ services, workspaceId, now }) => judgeProofs(await readProofFacts(services.db, workspaceId), now),
};

export const governanceChecks: readonly Check[] = [
  activity,
  telemetry,
  logFiles,
  audit,
  destinations,
  retention,
  proof,
];
