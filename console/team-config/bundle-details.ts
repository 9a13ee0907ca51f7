import type { Bundle, BundleSubscription } from '#contract/team-config-bundles.ts';
import type { BundleFile } from '#contract/team-config-files.ts';

/** A bundle with everything its page shows. */
export interface BundleDetails {
  bundle: Bundle;
  draft: BundleFile[] | null;
  /** Of the newest version; empty before the first. */
  files: BundleFile[];
  subscriptions: BundleSubscription[];
  tarUrl: string;
  gitUrl: string;
}
