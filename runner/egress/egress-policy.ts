import type { EgressAttempt, EgressRule, InternetAccess } from '#contract/internet-access.ts';

/** What a task may reach, at this moment of it. */
export interface EgressPolicy {
  phase: EgressAttempt['phase'];
  access: InternetAccess;
  /** Said where `access` is off. */
  offBecause: Extract<EgressRule, 'internet-off' | 'workspace-off'>;
  /** Set-up with internet of its own: what is let through says so. */
  isSetupInternet: boolean;
}

export interface EgressProxyOptions {
  /** A UNIX socket, made with mode 0600 for `owner`. */
  socketPath: string;
  /** Where this Reeve is, reached in any case, by these path prefixes only, with this trust. */
  gateway: {
    origin: string;
    paths: readonly string[];
    authorityPem: string | null;
    connect?: { host: string; port: number };
  };
  policy: EgressPolicy;
  onAttempt: (attempt: EgressAttempt) => void;
  /** The addresses that count as public; `isPublicAddress` if not given. */
  isReachable?: (address: string) => boolean;
  /** Tests only: names, and where they lead. */
  resolve?: (name: string) => Promise<string[]>;
  longestLookUpMs?: number;
  connectTo?: (address: string, port: number) => { host: string; port: number };
  trustedPem?: string;
}

export interface EgressProxy {
  /** PEM of the authority made for this task alone; its key never leaves the proxy's memory. */
  authorityPem: string;
  /** Another phase begins: every connection but those to the gateway ends. */
  setPolicy(policy: EgressPolicy): void;
  /** While a phase goes on: connections to what is not allowed any more end, and the log says so. */
  tighten(policy: EgressPolicy): void;
  /** Ends every connection. */
  close(): Promise<void>;
}
