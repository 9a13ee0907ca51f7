import { isTable, type Values, valueAt } from '../constraint-paths.ts';
import { evidence } from '../evidence.ts';
import { approvalsIn, judgeExec, judgeSetting, judgeWrites } from '../judge.ts';
import type { AttemptPlan, ExecRun, Judged, Planned, RunFacts, Trial } from '../run-facts.ts';
import type { ScriptStep } from '../scripted-model.ts';

const asStrings = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : null;

/** Places of a profile of the policy’s own that lie inside what `:workspace` lets commands write. */
const innerPlaces = /^(:workspace_roots|:project_roots|:cwd|:tmpdir|:slash_tmp|\.)$/;

/** Whether a profile of the policy’s own lets commands write nowhere but in the project: only then is a file outside a finding. */
function staysInside(values: Values, name: string, seen: readonly string[] = []): boolean {
  if (/^:(read-only|workspace)$/.test(name)) return true;
  const profile = valueAt(values, ['permissions', name]);
  if (!isTable(profile) || seen.includes(name)) return false;
  const { extends: below, filesystem = {} } = profile;
  const isBelowInside = below === undefined || staysInside(values, String(below), [...seen, name]);
  return (
    isBelowInside &&
    isTable(filesystem) &&
    Object.entries(filesystem).every(
      ([place, access]) => innerPlaces.test(place) || /^(read|none|deny)$/.test(String(access)),
    )
  );
}

interface Limit {
  constraint: string;
  mayWriteInside: boolean;
  /** A profile of the policy’s own that may let commands write anywhere, so that a file outside says nothing. */
  wideProfile?: string;
}

/** Which way the policy limits where commands write; null when it does not. */
export function limitOf(values: Values): Limit | null {
  const profiles = values.allowed_permission_profiles;
  if (profiles !== null && typeof profiles === 'object') {
    const allowed = Object.entries(profiles).filter(([, isAllowed]) => isAllowed === true);
    if (allowed.some(([name]) => name === ':danger-full-access')) return null;
    const wide = allowed.find(([name]) => !staysInside(values, name))?.[0];
    return {
      constraint: 'allowed_permission_profiles',
      mayWriteInside: allowed.some(([name]) => name !== ':read-only'),
      ...(wide === undefined ? {} : { wideProfile: wide }),
    };
  }
  const modes = asStrings(values.allowed_sandbox_modes);
  if (modes === null || modes.includes('danger-full-access') || modes.includes('external-sandbox')) return null;
  return { constraint: 'allowed_sandbox_modes', mayWriteInside: modes.includes('workspace-write') };
}

const ways: { name: string; title: string; since?: string; args: string[]; settings?: string }[] = [
  {
    name: 'full-access',
    title: 'Full access by flag',
    args: ['-s', 'danger-full-access', '-c', 'approval_policy="never"'],
  },
  {
    name: 'yolo-flag',
    title: 'All approvals and the sandbox bypassed by flag',
    args: ['--dangerously-bypass-approvals-and-sandbox'],
  },
  {
    name: 'own-settings',
    title: 'The member’s own config.toml asks for everything',
    args: [],
    settings:
      'sandbox_mode = "danger-full-access"\napproval_policy = "never"\n[sandbox_workspace_write]\nwritable_roots = ["/"]\nnetwork_access = true\n',
  },
  {
    name: 'permission-profile',
    title: 'The permission profile for full access',
    since: '0.140.0',
    args: ['-c', 'default_permissions=":danger-full-access"'],
  },
];

/** Every way a command can write: by itself, with leave asked for, and by a patch. */
function writes(trial: Trial, run: string, mayWriteInside: boolean): { steps: ScriptStep[]; forbidden: string[] } {
  const { work, outside } = trial.placeOf(run);
  const steps: ScriptStep[] = [
    { command: `echo broken > '${outside}/by-command'` },
    { command: `echo broken > '${outside}/by-escalation'`, escalate: true },
    { patch: `*** Add File: ${outside}/by-patch\n+broken` },
  ];
  const forbidden = ['by-command', 'by-escalation', 'by-patch'].map((name) => `${outside}/${name}`);
  if (mayWriteInside) return { steps, forbidden };
  const inside: ScriptStep[] = [
    { command: 'echo broken > inside-by-command' },
    { patch: '*** Add File: inside-by-patch\n+broken' },
  ];
  return {
    steps: [...inside, ...steps],
    forbidden: [`${work}/inside-by-command`, `${work}/inside-by-patch`, ...forbidden],
  };
}

const shownIn = (facts: RunFacts, name: 'approval' | 'sandbox'): string | null =>
  new RegExp(`^${name}: ([\\w-]+)`, 'm').exec(facts.stderr)?.[1] ?? null;

/** Judged from the same runs: which approval policy the client says it works with. */
function approvals(trial: Trial): AttemptPlan[] {
  const { policy } = trial;
  if (policy.values.allowed_approval_policies === undefined) return [];
  const allowed = approvalsIn(policy.delivered.allowed_approval_policies);
  const asked = allowed.includes('never') ? null : 'never';
  const plan = (attempt: string, title: string, run: string | null): AttemptPlan => ({
    attempt,
    title,
    constraint: 'allowed_approval_policies',
    surface: 'exec',
    expected: `The client works with ${allowed.join(' or ') || 'what the policy allows'} only.`,
    run,
    judge: (facts) => ({
      ...(run === null
        ? {
            verdict: 'not-tried' as const,
            observed: 'The policy allows “never”, the loosest there is: there is nothing to ask for.',
          }
        : judgeExec(facts, () => judgeSetting(shownIn(facts, 'approval'), asked ?? '', allowed))),
      evidence: run === null ? [] : [evidence('client-output', 'What the client printed', facts.stderr)],
    }),
  });
  if (asked === null) return [plan('never-approve', 'Never ask', null)];
  return [
    plan('never-approve', 'Never ask, by setting on the command line', 'full-access'),
    plan('never-approve-by-yolo', 'Never ask, by the flag that bypasses all', 'yolo-flag'),
    plan('never-approve-by-settings', 'Never ask, by the member’s own config.toml', 'own-settings'),
  ];
}

/** Where a profile of the policy’s own may write outside, only what was not written there says something. */
export function judgeLimit(facts: RunFacts, forbidden: readonly string[], { wideProfile }: Limit): Judged {
  const judged = judgeWrites(facts, forbidden);
  if (wideProfile === undefined || judged.verdict !== 'broken') return judged;
  return {
    verdict: 'not-tried',
    observed: `The allowed profile “${wideProfile}” may itself let commands write outside the project, so the files that were written there show nothing.`,
  };
}

export function planSandbox(trial: Trial): Planned {
  const limit = limitOf(trial.policy.values);
  const approvalAttempts = approvals(trial);
  const tried = ways.filter(({ since = '0.0.0' }) => trial.isSince(since));
  const runs = tried.map(({ name, title, args, settings }): ExecRun => {
    const { steps, forbidden } = writes(trial, name, limit?.mayWriteInside ?? true);
    return {
      kind: 'exec',
      name,
      title,
      args,
      steps,
      watch: forbidden,
      ...(settings === undefined ? {} : { settings }),
    };
  });
  if (limit === null) {
    const needed = new Set(approvalAttempts.map(({ run }) => run));
    return { runs: runs.filter(({ name }) => needed.has(name)), attempts: approvalAttempts };
  }
  const path = trial.policy.paths.find(([top]) => top === limit.constraint) ?? [];
  const attempts = tried.map(
    ({ name, title }): AttemptPlan => ({
      attempt: name,
      title,
      constraint: limit.constraint,
      surface: 'exec',
      expected: limit.mayWriteInside
        ? 'Nothing outside the project folder is written, not by command, not with leave asked for, not by patch.'
        : 'Nothing is written anywhere, not by command, not with leave asked for, not by patch.',
      run: name,
      unknownBecause: trial.policy.unknownBecause(path),
      judge: (facts) => ({
        ...judgeLimit(facts, writes(trial, name, limit.mayWriteInside).forbidden, limit),
        evidence: [
          evidence('client-output', 'What the client printed', facts.stderr),
          evidence(
            'model-request',
            'What the model was told of its tries',
            (facts.calls.at(-1)?.outputs ?? []).join('\n---\n'),
          ),
        ],
      }),
    }),
  );
  return { runs, attempts: [...attempts, ...approvalAttempts] };
}
