import type { BundleVersion } from '#contract/team-config-bundles.ts';
import type { VersionRow } from './queries.ts';

export const versionOf = ({ publishedAt, ...row }: VersionRow): BundleVersion => ({
  ...row,
  publishedAt: publishedAt.toISOString(),
});
