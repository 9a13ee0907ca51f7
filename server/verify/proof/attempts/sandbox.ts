import { evidence } from '../evidence.ts';
import { approvalsIn, judgeExec, judgeSetting, judgeWrites } from '../judge.ts';
import type { AttemptPlan, ExecRun, Planned, RunFacts, Trial } from '../run-facts.ts';
import type { ScriptStep } from '../scripted-model.ts';

const asStrings = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : null;

/** Which way the policy limits where commands write; null when it does not. */
function limitOf({ policy }: Trial): { constraint: string; mayWriteInside: boolean } | null {
  const { values } = policy;
  const profiles = values.allowed_permission_profiles;
  if (profiles !== null && typeof profiles === 'object') {
    const allowed = Object.entries(profiles).filter(([, isAllowed]) => isAllowed === true);
    if (allowed.some(([name]) => !/^:(read-only|workspace)$/.test(name))) return null;
    return {
      constraint: 'allowed_permission_profiles',
      mayWriteInside: allowed.some(([name]) => name === ':workspace'),
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

export function planSandbox(trial: Trial): Planned {
  const limit = limitOf(trial);
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
        ...judgeWrites(facts, writes(trial, name, limit.mayWriteInside).forbidden),
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
