import { z } from 'zod';
import { BundleFile } from './team-config-files.ts';

const At = z.iso.datetime();
export const Name = z.string().trim().min(1).max(80);
/** Of the bundle's addresses; it cannot be changed. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, 'Small letters, digits and hyphens, at most 60, none at the ends.');

/** Of versions and drafts, as the database numbers them: a larger one is no number that anything has. */
export const VersionNumber = z.int().min(1).max(2_147_483_647);

export const BundleVersion = z.object({
  number: z.number().int(),
  message: z.string(),
  sha256: z.string().describe('Over all files: the same files have the same one.'),
  files: z.number().int(),
  publishedAt: At,
  publishedBy: z.string(),
  approvedBy: z.string().nullable(),
});
export type BundleVersion = z.infer<typeof BundleVersion>;

export const BundleReview = z.object({
  id: z.string(),
  draftVersion: z.number().int(),
  message: z.string(),
  state: z.enum(['open', 'approved', 'declined', 'withdrawn']),
  requestedBy: z.string(),
  requestedAt: At,
  decidedBy: z.string().nullable(),
  decidedAt: At.nullable(),
  reason: z.string(),
});
export type BundleReview = z.infer<typeof BundleReview>;

export const BundleSubscription = z.object({
  groupId: z.string(),
  groupName: z.string(),
  members: z.number().int(),
  version: z.number().int().nullable().describe('Null: always the newest.'),
});
export type BundleSubscription = z.infer<typeof BundleSubscription>;

export const Bundle = z.object({
  id: z.string(),
  slug: Slug,
  name: Name,
  description: z.string(),
  newest: BundleVersion.nullable(),
  draftVersion: z.number().int().nullable(),
  draftAuthors: z.array(z.string()),
  openReview: BundleReview.nullable(),
  groups: z.number().int(),
  repositories: z.number().int(),
  updatedAt: At,
});
export type Bundle = z.infer<typeof Bundle>;

export const BundleUsage = z.object({
  id: z.string(),
  repository: z.string().describe('Without credentials, for example `github.com/acme/shop`.'),
  folder: z.string().describe('Within it; empty: its root.'),
  bundleId: z.string(),
  bundleName: z.string(),
  version: z.number().int().nullable().describe('Null: files that no version has.'),
  newestVersion: z.number().int().nullable(),
  state: z.enum(['current', 'behind', 'modified']),
  commit: z.string().nullable(),
  reportedAt: At,
  reportedBy: z.string(),
});
export type BundleUsage = z.infer<typeof BundleUsage>;

export const Starter = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  files: z.array(BundleFile),
});
export type Starter = z.infer<typeof Starter>;
