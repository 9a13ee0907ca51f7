import type { Readable } from 'node:stream';
import type { EnvironmentImage } from '#contract/environments.ts';
import type { RunnerDriver } from '#contract/runners.ts';
import type { Ending } from '#contract/task-states.ts';

export interface ContainerLimits {
  cpus: number;
  memoryMb: number;
  processes: number;
  diskMb: number;
  /** The runner has a clock of its own; this is for engines that can keep one, too. */
  seconds?: number;
}

export interface ContainerSpec {
  /** Unique on this machine; begins with `reeve-`, so that `reap` knows what is ours. */
  name: string;
  attemptId: string;
  /** What `prepareImage` answered. */
  image: string;
  runtime: 'runc' | 'runsc' | 'process';
  /** Program and arguments, as they are. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Written to standard input, which then ends. */
  input?: string;
  workingFolder: string;
  /** Folders of the host, owned by the container's user. They, and memory file systems, are all that can be written. */
  folders: { workspace: string; home: string };
  /** Read-only: the stock client (at /opt/codex) and the authority of this task alone (at /opt/reeve/ca.pem, a bundle with nothing else). */
  readOnly: { codex: string | null; authority: string };
  limits: ContainerLimits;
  /** The UNIX socket of the task's proxy on the host; the container finds it at http://127.0.0.1:3128, and no other network. */
  egressSocket: string;
}

export interface ContainerEnd {
  exitCode: number | null;
  signal: string | null;
  /** Which limit ended it, when one did. */
  limit: Extract<Ending, 'memory-limit' | 'process-limit' | 'disk-limit' | 'time-limit'> | null;
  usage: { cpuSeconds: number; peakMemoryMb: number; diskMb: number };
  /** Why its folders here are not as it left them, half-written perhaps: nothing may be made of them. Left out where they are. */
  filesLost?: string;
}

export interface RunningContainer {
  stdout: Readable;
  stderr: Readable;
  /** Resolves once, when every process of it is gone. */
  ended: Promise<ContainerEnd>;
  /** Ends every process of it; `ended` follows, with its files. */
  kill(): Promise<void>;
  /** Nobody wants its files any more: where they are still on their way, `ended` does not wait for them. */
  drop?(): void;
  /** Removes what the engine kept; harmless when repeated. */
  remove(): Promise<void>;
}

/** One way to keep a container in. Loaded only where it is used. */
export interface Driver {
  readonly kind: RunnerDriver['kind'];
  /** What the server is told. @throws Error with what is missing on this machine, and what to do */
  describe(): Promise<RunnerDriver>;
  /** Pulls or builds. @throws Error with the engine's words */
  prepareImage(image: EnvironmentImage, options: { signal: AbortSignal; log: (line: string) => void }): Promise<string>;
  /** `signal`: nobody wants it any more, where making it takes long. */
  start(spec: ContainerSpec, signal?: AbortSignal): Promise<RunningContainer>;
  /** Ends and removes what former processes of this runner (`owner`) left behind. @returns how many */
  reap(owner: string): Promise<number>;
  /** Lets go of what it keeps open for all of its containers. */
  close?(): void;
  /** The user and group that own a container's folders on the host. */
  readonly owner: { uid: number; gid: number };
}

/**
 * Programs are given texts that end at a zero byte, and drivers tell options apart by it: a value with one in it would be options of its
 * own, such as the whole machine as a folder.
 * @throws Error
 */
export function refuseZeroBytes({ command, env, workingFolder }: ContainerSpec): void {
  const texts = [...command, ...Object.entries(env).flat(), workingFolder];
  if (texts.some((text) => text.includes('\0')))
    throw new Error('a command, a variable or the working folder holds a zero byte, which no program can be given');
}
