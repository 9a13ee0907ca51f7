import type { ProofEvidence, ProofVerdict } from '#contract/proofs.ts';
import type { AppServer } from '#server/stock-client/app-server.ts';
import type { ScratchMachine } from '#server/stock-client/scratch-machine.ts';
import type { RecordedCall, ScriptedModel, ScriptStep } from './scripted-model.ts';
import type { StatedPolicy } from './stated-policy.ts';
import type { ProofSubject, ServerSighting } from './subject.ts';

/** Folders of one run: each has its own CODEX_HOME with the same sign-in, so that runs may overlap and leave nothing to each other. */
export interface RunPlace {
  name: string;
  codexHome: string;
  work: string;
  /** Beside the work folder: no sandbox lets a command write there. */
  outside: string;
}

/** Everything that attempts are planned from. */
export interface Trial {
  subject: ProofSubject;
  policy: StatedPolicy;
  machine: ScratchMachine;
  model: ScriptedModel;
  /** A model the gateway serves; clients before 0.140 have to be told. */
  modelSlug: string;
  /** Programs with the names of ruled commands, which only say that they ran. */
  stubs: string;
  signal: AbortSignal;
  isSince(version: string): boolean;
  placeOf(run: string): RunPlace;
}

interface AnyRun {
  name: string;
  /** Words for the progress. */
  title: string;
  /** More lines of the member's own config.toml. */
  settings?: string;
  /** Changes the files of the run before it starts. */
  prepare?(place: RunPlace): Promise<void>;
}

/** One `codex exec` of the client. */
export interface ExecRun extends AnyRun {
  kind: 'exec';
  args: readonly string[];
  env?: Record<string, string>;
  steps: readonly ScriptStep[];
  /** Absolute paths of files whose contents are facts. */
  watch?: readonly string[];
  /** Waits for what Reeve's tables say about the thread of this run. */
  asksServer?: boolean;
}

/** One `codex app-server`, what editors and the desktop app speak to. */
export interface AppServerRun extends AnyRun {
  kind: 'app-server';
  args: readonly string[];
  watch?: readonly string[];
  play(app: AppServer, place: RunPlace): Promise<Record<string, unknown>>;
}

/** Something without the client, or with more than one run of it. */
export interface OtherRun extends AnyRun {
  kind: 'other';
  play(place: RunPlace): Promise<Partial<RunFacts>>;
}

export type RunPlan = ExecRun | AppServerRun | OtherRun;

/** What a run showed. Nothing in it is judged yet. */
export interface RunFacts {
  name: string;
  /** Why the run did not come to its end, e.g. that it took too long; null when it did. */
  failure: string | null;
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Model calls that the gateway admitted. */
  calls: readonly RecordedCall[];
  /** Calls that reached the provider nobody may use. */
  otherCalls: readonly string[];
  /** Null: no such file. */
  files: Readonly<Record<string, string | null>>;
  sightings: readonly ServerSighting[];
  /** By the name of the question, for app-servers and calls without a client. */
  answers: Readonly<Record<string, unknown>>;
}

export interface Judged {
  verdict: ProofVerdict;
  observed: string;
  evidence?: ProofEvidence[];
}

/** One attempt to break one constraint, judged from the facts of one run; without a run it is said why it cannot be tried. */
export interface AttemptPlan {
  attempt: string;
  title: string;
  constraint: string;
  surface: 'exec' | 'app-server' | 'login' | 'none';
  expected: string;
  run: string | null;
  /** Why the client version under test does not know the constraint; then it never passes. */
  unknownBecause?: string | null;
  judge(facts: RunFacts): Judged;
}

export interface Planned {
  runs: RunPlan[];
  attempts: AttemptPlan[];
}

export const noFacts = (name: string): RunFacts => ({
  name,
  failure: null,
  exitCode: null,
  stdout: '',
  stderr: '',
  calls: [],
  otherCalls: [],
  files: {},
  sightings: [],
  answers: {},
});
