import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { isAtLeast } from '#contract/client-versions.ts';
import type { ProofAttempt } from '#contract/proofs.ts';
import { callGateway } from './call-gateway.ts';
import { excerpt, redact } from './evidence.ts';
import { isKeptOut, keptOut, withKnowledge } from './judge.ts';
import { planProof } from './plan-proof.ts';
import { playRun } from './play-run.ts';
import { openProofMachine, signIn } from './proof-machine.ts';
import { type AttemptPlan, type Judged, noFacts, type Planned, type RunFacts, type Trial } from './run-facts.ts';
import { startScriptedModel } from './scripted-model.ts';
import { readSignIn } from './sign-in-file.ts';
import { readStatedPolicy } from './stated-policy.ts';
import type { ProofOutcome, ProofSubject, ProveOptions } from './subject.ts';
import { countVerdicts, overallVerdict } from './verdicts.ts';

export type { FaultHooks } from './faults.ts';
export type { ProofOutcome, ProofSubject, ProvenPolicy, ProveOptions, ServerSighting } from './subject.ts';

/** Two clients side by side: more of them would only wait for each other. */
const atOnce = 2;

const ModelList = z.object({ models: z.array(z.object({ slug: z.string() })) });

async function firstModel(subject: ProofSubject, codexHome: string, signal: AbortSignal): Promise<string> {
  const { tokens } = await readSignIn(codexHome);
  const headers = {
    authorization: `Bearer ${tokens.access_token}`,
    'chatgpt-account-id': tokens.account_id ?? '',
    'user-agent': `codex_exec/${subject.client.version} (proof)`,
  };
  const asked = {
    method: 'GET' as const,
    path: `/backend-api/codex/models?client_version=${subject.client.version}`,
    headers,
  };
  const { status, body } = await callGateway(subject, asked, signal);
  const slug = status === 200 ? ModelList.parse(JSON.parse(body)).models[0]?.slug : undefined;
  if (slug === undefined)
    throw new Error(`the gateway lists no model for the member of the proof (${status}): set one up, then prove again`);
  return slug;
}

async function openTrial({
  subject,
  machine,
  model,
  policy,
  signal,
}: Pick<Trial, 'subject' | 'machine' | 'model' | 'policy' | 'signal'>): Promise<Trial> {
  const login = await signIn(machine, subject, signal);
  if (login.exitCode !== 0) throw new Error(`the client could not sign in: ${excerpt(redact(login.stderr), 500)}`);
  const root = path.dirname(machine.files.home.path);
  const stubs = path.join(root, 'stubs');
  await mkdir(stubs, { recursive: true });
  await machine.files.etc.write('profile.d/zz-proof.sh', `PATH="${stubs}:$PATH"\n`);
  const modelSlug = await firstModel(subject, machine.files.codexHome.path, signal);
  await subject.faults?.afterSignIn?.(machine);
  return {
    subject,
    machine,
    model,
    stubs,
    modelSlug,
    signal,
    policy,
    isSince: (version) => isAtLeast(subject.client.version, version),
    placeOf: (name) => ({
      name,
      codexHome: path.join(root, 'runs', name, 'codex'),
      work: path.join(root, 'runs', name, 'work'),
      outside: path.join(root, 'runs', name, 'outside'),
    }),
  };
}

/** A client that is not let in does nothing here: what it does not know then matters as little as what was not played. */
function judgeFacts(plan: AttemptPlan, facts: RunFacts): Judged {
  const isPlayed = plan.run === null || plan.run === facts.name;
  const judged = isPlayed ? plan.judge(facts) : keptOut(facts);
  if (!isKeptOut(facts)) return withKnowledge(judged, plan.unknownBecause);
  return judged.verdict === 'held' ? judged : keptOut(facts);
}

function judgeAttempt(plan: AttemptPlan, position: number, facts: RunFacts, durationMs: number): ProofAttempt {
  const { verdict, observed, evidence = [] } = judgeFacts(plan, facts);
  const { attempt, title, constraint, surface, expected } = plan;
  const shown = evidence.filter(({ text }) => text.trim() !== '');
  const words = excerpt(redact(observed), 1_000);
  return {
    position,
    attempt,
    title,
    constraint,
    surface,
    expected,
    observed: words,
    verdict,
    evidence: shown,
    durationMs,
  };
}

function onlyWanted({ runs, attempts }: Planned, { faults }: ProofSubject): Planned {
  const only = faults?.only;
  if (!only) return { runs, attempts };
  return {
    runs: runs.filter(({ name }) => only.test(name)),
    attempts: attempts.filter(({ run }) => run !== null && only.test(run)),
  };
}

/** Plays all runs, `atOnce` side by side, and judges what hangs on each as soon as it has ended. */
async function playAll(trial: Trial, { runs, attempts }: Planned, options: ProveOptions): Promise<ProofAttempt[]> {
  const judged: ProofAttempt[] = [];
  const running = new Set<string>();
  const total = attempts.length;
  const progress = () => options.onProgress({ done: judged.length, total, now: [...running].join(', ') || null });
  const settle = (run: string | null, facts: RunFacts, durationMs: number) => {
    const due = attempts.flatMap((plan, position) => (plan.run === run ? [{ plan, position }] : []));
    for (const { plan, position } of due) {
      const attempt = judgeAttempt(plan, position, facts, durationMs);
      judged.push(attempt);
      options.onAttempt(attempt);
    }
    progress();
  };
  settle(null, noFacts('none'), 0);
  const [first, ...rest] = runs;
  const playOne = async (run: Planned['runs'][number]) => {
    trial.signal.throwIfAborted();
    running.add(run.title);
    progress();
    const from = performance.now();
    const facts = await playRun(trial, run);
    trial.signal.throwIfAborted();
    running.delete(run.title);
    settle(run.name, facts, Math.round(performance.now() - from));
    return facts;
  };
  // What comes after takes its files from the first.
  const begun = first ? await playOne(first) : null;
  const outside = begun && isKeptOut(begun) ? begun : null;
  if (outside) for (const { name } of rest) settle(name, outside, 0);
  const queue = (outside ? [] : rest).values();
  const worker = async () => {
    for (const run of queue) await playOne(run);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return judged.sort((left, right) => left.position - right.position);
}

/**
 * Tries to break every constraint of one policy version with one stock client: signs it in as the synthetic member on a machine of its own,
 * plays attempts with a scripted model behind the gateway, and judges what was observed. Nothing is left behind, however it ends.
 * @throws Error when the client cannot be started or signed in, and the reason of `signal` when it is aborted
 */
export async function provePolicy(subject: ProofSubject, options: ProveOptions): Promise<ProofOutcome> {
  // Whatever ends the proof ends what is still running of it.
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  signal.throwIfAborted();
  const policy = readStatedPolicy(subject.policy, subject.client.version);
  const model = await startScriptedModel();
  try {
    await subject.modelUrlIsSet(model.baseUrl);
    await using machine = await openProofMachine(subject, subject.client);
    try {
      const trial = await openTrial({ subject, policy, machine, model, signal });
      const attempts = await playAll(trial, onlyWanted(await planProof(trial), subject), options);
      return { attempts, verdict: overallVerdict(attempts), counts: countVerdicts(attempts) };
    } finally {
      ending.abort();
    }
  } finally {
    await model.close();
  }
}
