import type { ProofAttempt, ProofCell, ProofCounts } from '#contract/proofs.ts';
import type { ClientBinary } from '#server/stock-client/install-client.ts';
import type { FaultHooks } from './faults.ts';
import type { LeftOut } from './without-programs.ts';

/** Something that Reeve's own tables say about the synthetic member. */
export interface ServerSighting {
  at: Date;
  /**
   * `model-call`: the gateway admitted it; `refusal`: the gateway refused it, `detail` is the error code; `delivery`: a policy was
   * fetched, `detail` is `name version`; `telemetry`: an OpenTelemetry record arrived, `detail` is its kind; `sign-in`: tokens were issued.
   */
  kind: 'model-call' | 'refusal' | 'delivery' | 'telemetry' | 'sign-in';
  detail: string;
  /** The thread of the client, where the row has it; a run of the client is one thread. */
  threadId: string | null;
  clientVersion: string | null;
}

/** The policy version as it is published; the workspace of the proof delivers it to the synthetic member. */
export interface ProvenPolicy {
  /** Null: Reeve's own pins alone. */
  id: string | null;
  name: string;
  revision: number;
  /** `requirements.toml`; empty for no policy. */
  contents: string;
  defaults: string;
  baselineContents: string | null;
  /** What the version says and this copy of it does not, because it would run or read something of this server. */
  leftOut?: readonly LeftOut[];
}

/** One policy version and one stock client version, and what it takes to try them. */
export interface ProofSubject {
  /** Public origin of this Reeve. */
  origin: string;
  /** Where this process really listens: the scratch machine finds the origin's name there. */
  listenAddress: { host: string; port: number };
  /** What the client has to trust; null: the system's store knows the certificate. */
  authorityPem: string | null;
  client: ClientBinary;
  /** Files and folders of this server that the client must not see: data, keys. */
  hide?: readonly string[];
  policy: ProvenPolicy;
  /** An older one, for the attempt with an older client. */
  otherClient?: ClientBinary | null;
  /** Approves this code as the synthetic member. */
  approveDevice(userCode: string): Promise<void>;
  /** An `at-…` token of the synthetic member. */
  createAccessToken(): Promise<string>;
  /** Makes this the upstream of the proof workspace; any key does. */
  modelUrlIsSet(url: string): Promise<void>;
  /** What Reeve's tables say about the synthetic member since then, also about what came within the last seconds. */
  serverSaw(since: Date): Promise<ServerSighting[]>;
  /** Tests only: lets a test lie between client and server. */
  faults?: FaultHooks;
}

export interface ProveOptions {
  signal: AbortSignal;
  onProgress(progress: { done: number; total: number; now: string | null }): void;
  onAttempt(attempt: ProofAttempt): void;
}

export interface ProofOutcome {
  attempts: ProofAttempt[];
  verdict: NonNullable<ProofCell['verdict']>;
  counts: ProofCounts;
}
