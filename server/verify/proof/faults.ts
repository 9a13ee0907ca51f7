import type { ScratchMachine } from '#server/stock-client/scratch-machine.ts';

/** An answer of Reeve on its way to the client. */
export interface AnswerOnItsWay {
  method: string;
  /** Path and query as the client asked. */
  path: string;
  userAgent: string;
  status: number;
  body: string;
}

/** How a test breaks a proof on purpose; a real proof has none of it. */
export interface FaultHooks {
  /** Instead of Reeve's own port; the proxy that lies listens there. */
  listenAddress?: { host: string; port: number };
  /** Also trusted by the machine. */
  authorityPem?: string;
  /** Runs after the sign-in and before the attempts. */
  afterSignIn?(machine: ScratchMachine): Promise<void>;
  /** Runs when the files of one run of the client are laid out and before it starts. */
  beforeRun?(run: { name: string; codexHome: string; work: string }): Promise<void>;
  /** More variables for runs of the client. */
  environmentOf?(run: { name: string; surface: 'exec' | 'app-server' }): Record<string, string>;
}
