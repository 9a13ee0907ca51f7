import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isSince, version } from '#testing/acceptance/client-versions.ts';
import { openProofWorld, type ProofWorld } from '#testing/proof-subject.ts';
import { type ProofOutcome, provePolicy } from './prove-policy.ts';

/** Something of every kind, so that each way to try is played once. */
const contents = `allowed_approval_policies = ["on-request", "untrusted"]
allowed_approvals_reviewers = ["user"]
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_web_search_modes = ["cached"]
allow_managed_hooks_only = true
allow_appshots = false
allow_login_shell = false
guardian_policy_config = "Be strict."
additional_developer_instructions = "Corp: never paste \\"secrets\\"."
[features]
memories = false
goals = true
[mcp_servers.good]
identity = { command = "node" }
[permissions.filesystem]
deny_read = ["~/.ssh", "/etc/passwd", "~/**/*.pem", "**/.env"]
[experimental_network]
enabled = true
domains = { "blocked.example" = "deny", "open.example" = "allow" }
[otel]
environment = "corp"
[rules]
prefix_rules = [
  { pattern = [{ token = "git" }, { any_of = ["push", "commit"] }], decision = "prompt", justification = "Review." },
  { pattern = [{ token = "rm" }], decision = "forbidden", justification = "No rm." },
]
`;

let world: ProofWorld;
let before: string[];
beforeAll(async () => {
  before = await readdir('/var/tmp');
  world = await openProofWorld();
});
afterAll(() => world.close());

/** Names made of what an entry says tell a reader nothing: those are known by their title. */
const knownAs = ({ attempt, title }: ProofOutcome['attempts'][number]) =>
  /^(rule|denied-read|network)-/.test(attempt) ? title : attempt;

const sort = ({ attempts }: ProofOutcome, verdict: string) =>
  attempts.filter((one) => one.verdict === verdict).map(knownAs);

/** The sandbox of 0.120 cannot start under `experimental_network`: what is tried by commands stays open there, and is never held. */
const canRunCommands = isSince('0.140.0');

/** What each version does not keep, although the policy says so. Everything else is held. */
const notEnforced = [
  // Whatever the version: rules compare words, and patterns that are not absolute are read from the client's own folder.
  ...(isSince('0.140.0') ? ['`rm` by another way'] : []),
  ...(isSince('0.140.0') ? ['Reading **/.env'] : []),
  ...(isSince('0.169.0') ? [] : ['telemetry-off-by-settings', 'telemetry-off-by-flag', 'read-back-otel.environment']),
  ...(isSince('0.163.0')
    ? []
    : [
        'other-provider',
        'redefined-provider',
        'other-base-url',
        'local-model',
        'instructions-in-request',
        'read-back-allow_login_shell',
      ]),
  ...(isSince('0.140.0')
    ? []
    : [
        'telemetry-arrives',
        'feature-goals',
        'own-hooks',
        'Reading ~/.ssh',
        'Reading /etc/passwd',
        'Reading ~/**/*.pem',
        'Reading **/.env',
        'edited-id-token',
        'no-revision',
        'read-back-allow_appshots',
      ]),
];

test(`Codex ${version}: every constraint of a rich policy is tried, and what it does not know never passes`, async () => {
  const subject = await world.subject({ contents }, version, isSince('0.169.0') ? '0.120.0' : undefined);
  const progress: { done: number; total: number }[] = [];
  const told: string[] = [];
  const from = performance.now();
  const outcome = await provePolicy(subject, {
    signal: AbortSignal.timeout(230_000),
    onProgress: (now) => progress.push(now),
    onAttempt: ({ attempt }) => told.push(attempt),
  });
  const seconds = (performance.now() - from) / 1000;
  console.info(`Codex ${version}: ${outcome.attempts.length} attempts in ${seconds.toFixed(1)} s`);

  const notShown = outcome.attempts.filter(({ verdict }) => verdict === 'broken' || verdict === 'inconclusive');
  const isUnshowable = ({ attempt, verdict, observed }: ProofOutcome['attempts'][number]) =>
    canRunCommands === false &&
    verdict === 'inconclusive' &&
    /^(rule|network)-/.test(attempt) &&
    /exec_command failed/.test(observed);
  const explain = notShown
    .filter((one) => !isUnshowable(one))
    .map(({ attempt, observed }) => `${attempt}: ${observed}`);
  expect(explain).toEqual([]);
  expect(notShown).toHaveLength(canRunCommands ? 0 : 5);
  expect(sort(outcome, 'not-enforced').sort()).toEqual([...notEnforced].sort());
  expect(sort(outcome, 'not-tried').sort()).toEqual([
    // 0.140 looks whether an address is of its own machine before it looks at the list.
    ...(version === '0.140.0' ? ['A command that asks a host that is not on the list'] : []),
    'read-back-guardian_policy_config',
  ]);
  expect(outcome.verdict).toBe(canRunCommands ? 'partly' : 'inconclusive');
  for (const one of outcome.attempts) {
    if (one.verdict !== 'not-enforced' || ['`rm` by another way', 'Reading **/.env'].includes(knownAs(one))) continue;
    expect(one.observed).toContain(`Not enforced by ${version.replace(/\.0$/, '')}`);
  }

  expect(told.sort()).toEqual(outcome.attempts.map(({ attempt }) => attempt).sort());
  expect(progress.at(-1)).toEqual({ done: outcome.attempts.length, total: outcome.attempts.length, now: null });
  expect(outcome.attempts.map(({ position }) => position)).toEqual(outcome.attempts.map((_, position) => position));
  expect(JSON.stringify(outcome.attempts)).not.toMatch(/eyJ[\w-]{20,}\.|"at-\w{10,}/);
  const left = (await readdir('/var/tmp')).filter((name) => !before.includes(name) && name === subjectFolder(outcome));
  expect(left).toEqual([]);
  expect(await processesThatName(subjectFolder(outcome) ?? 'no machine')).toEqual([]);
  // The limit is for hopeless runs on a busy machine; how long a proof takes is printed.
}, 240_000);

async function processesThatName(machine: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')));
  return lines.filter((line) => line.includes(machine));
}

/** The machine of this proof, as its evidence names it: others may be open at the same time. */
const subjectFolder = ({ attempts }: ProofOutcome): string | undefined =>
  /reeve-client-\w{6}/.exec(JSON.stringify(attempts))?.[0];
