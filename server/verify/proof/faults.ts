import type { ScratchMachine } from '#server/stock-client/scratch-machine.ts';

/** How a test breaks a proof on purpose; a real proof has none of it. A server that lies is put in through `origin` and `authorityPem`. */
export interface FaultHooks {
  /** Plays only runs of these names, so that a test of one failure takes seconds. */
  only?: RegExp;
  /** Runs after the sign-in and before the attempts. */
  afterSignIn?(machine: ScratchMachine): Promise<void>;
  /** Runs when the files of one run of the client are laid out and before it starts. */
  beforeRun?(run: { name: string; codexHome: string; work: string }): Promise<void>;
  /** More variables for runs of the client. */
  environmentOf?(run: { name: string; surface: 'exec' | 'app-server' }): Record<string, string>;
}
