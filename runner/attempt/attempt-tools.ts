import type { Job } from '#contract/runner-protocol.ts';
import type { SetupCaches } from '../cache/setup-caches.ts';
import type { Driver } from '../drivers/driver.ts';
import type { EgressProxy, EgressProxyOptions } from '../egress/egress-policy.ts';
import type { Calls } from '../reeve/call-reeve.ts';
import type { HeldLease } from '../reeve/leases.ts';
import type { ReportLog } from '../reeve/report-log.ts';
import type { AttemptFolders } from './attempt-folders.ts';
import type { AttemptInternet } from './attempt-internet.ts';

/** What a runner has for its attempts. */
export interface AttemptTools {
  calls: Calls;
  /** `rr-…`; git sends it too. */
  secret: string;
  /** Names what this runner starts. */
  owner: string;
  folders: { attempts: string; repositories: string; sockets: string };
  authorityFile: string | null;
  /** Leads git to Reeve where its name does not. */
  gitProxyUrl: string | null;
  caches: SetupCaches;
  driverOf(kind: Job['driver']): Driver | undefined;
  /** The folder of the stock client's package for this system; installed when it is not there yet. */
  clientFolder(version: string): Promise<string>;
  openEgress(options: EgressProxyOptions): Promise<EgressProxy>;
  log(line: string): void;
}

/** What the phases of one attempt work with. */
export interface Attempt {
  job: Job;
  tools: AttemptTools;
  lease: HeldLease;
  report: ReportLog;
  driver: Driver;
  folders: AttemptFolders;
  internet: AttemptInternet;
  /** Whether anything in its containers has asked for a model's answer. */
  hasCalledModel(): boolean;
  /** Aborted by whatever ends the attempt before its time; the reason is what it ends as. */
  signal: AbortSignal;
}
