import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';
import {
  Bundle,
  BundleSubscription,
  BundleUsage,
  BundleVersion,
  Name,
  Slug,
  Starter,
  VersionNumber,
} from './team-config-bundles.ts';
import { BundleFile, TeamConfigCheck } from './team-config-files.ts';

const tag = 'Team Config';
const Id = z.string().min(1).max(100);
const Message = z.string().trim().max(500);
/** In an address it is text. */
const VersionInPath = z.coerce.number().pipe(VersionNumber);
/** 0 is none that there is: whoever saw no draft is told which one is there now. */
const DraftNumber = VersionNumber.or(z.literal(0));
const ExpectedDraft = DraftNumber.nullable().describe(
  'The draft that was seen; null when there was none. Another one now is a `conflict`.',
);

const Published = z.object({ bundle: Bundle, version: BundleVersion });
const reads = { tag, allow: 'team-config.read', audit: readsOnly } as const;

export const teamConfig = {
  list: endpoint({
    method: 'GET',
    path: '/team-config/bundles',
    summary: 'The bundles of the library',
    ...reads,
  }).output(z.object({ items: z.array(Bundle), secondApprover: z.boolean() })),
  get: endpoint({
    method: 'GET',
    path: '/team-config/bundles/{id}',
    summary: 'A bundle with its draft, its newest files and who subscribes',
    ...reads,
  })
    .input(z.object({ id: Id }))
    .output(
      z.object({
        bundle: Bundle,
        draft: z.array(BundleFile).nullable(),
        files: z.array(BundleFile).describe('Of the newest version; empty before the first.'),
        subscriptions: z.array(BundleSubscription),
        tarUrl: z.string(),
        gitUrl: z.string(),
      }),
    ),
  starters: endpoint({
    method: 'GET',
    path: '/team-config/starters',
    summary: 'Beginnings of a bundle, one per language',
    ...reads,
  }).output(z.object({ items: z.array(Starter) })),
  create: endpoint({
    method: 'POST',
    path: '/team-config/bundles',
    summary: 'Begin a bundle, empty or from a starter',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.created',
  })
    .input(
      z.object({
        name: Name,
        slug: Slug.optional().describe('Left out: made of the name.'),
        description: z.string().trim().max(1000).default(''),
        starterId: z.string().max(60).optional(),
      }),
    )
    .output(z.object({ bundle: Bundle })),
  update: endpoint({
    method: 'PATCH',
    path: '/team-config/bundles/{id}',
    summary: 'Rename or describe a bundle',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.updated',
  })
    .input(z.object({ id: Id, name: Name.optional(), description: z.string().trim().max(1000).optional() }))
    .output(z.object({ bundle: Bundle })),
  delete: endpoint({
    method: 'DELETE',
    path: '/team-config/bundles/{id}',
    summary: 'Delete a bundle: its addresses stop answering; what repositories have of it stays there',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.deleted',
  })
    .input(z.object({ id: Id }))
    .output(z.object({})),
  check: endpoint({
    method: 'POST',
    path: '/team-config/check',
    summary: 'What is wrong with these files, by themselves and under a policy',
    tag,
    allow: 'team-config.read',
    audit: { none: 'changes nothing' },
    maxBodyBytes: 8 * 1024 * 1024,
  })
    .input(
      z.object({
        files: z.array(BundleFile),
        policyId: Id.optional().describe('Conflicts with this policy as well.'),
        groupId: Id.optional().describe('Conflicts with what members of this group get.'),
      }),
    )
    .output(TeamConfigCheck.extend({ policyName: z.string().nullable() })),
  saveDraft: endpoint({
    method: 'PUT',
    path: '/team-config/bundles/{id}/draft',
    summary: 'Save all files of a draft; it may hold errors and reaches nobody',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.draft-saved',
    maxBodyBytes: 8 * 1024 * 1024,
  })
    .input(z.object({ id: Id, expectedDraft: ExpectedDraft, files: z.array(BundleFile) }))
    .output(z.object({ bundle: Bundle, check: TeamConfigCheck })),
  discardDraft: endpoint({
    method: 'DELETE',
    path: '/team-config/bundles/{id}/draft',
    summary: 'Throw a draft away',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.draft-discarded',
  })
    .input(z.object({ id: Id, expectedDraft: z.coerce.number().pipe(DraftNumber) }))
    .output(z.object({ bundle: Bundle })),
  publish: endpoint({
    method: 'POST',
    path: '/team-config/bundles/{id}/publish',
    summary: 'Publish the draft as the next version',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.published',
  })
    .input(z.object({ id: Id, expectedDraft: DraftNumber, message: Message }))
    .output(Published),
  requestReview: endpoint({
    method: 'POST',
    path: '/team-config/bundles/{id}/reviews',
    summary: 'Ask somebody else to review and publish the draft',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.review-requested',
  })
    .input(z.object({ id: Id, expectedDraft: DraftNumber, message: Message }))
    .output(z.object({ bundle: Bundle })),
  decideReview: endpoint({
    method: 'POST',
    path: '/team-config/reviews/{id}/decision',
    summary: 'Approve (which publishes), decline or withdraw',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.review-decided',
    orAudit: 'bundle.published',
  })
    .input(
      z.object({
        id: Id,
        decision: z.enum(['approve', 'decline', 'withdraw']),
        reason: z.string().trim().max(500).default(''),
      }),
    )
    .output(z.object({ bundle: Bundle })),
  setReviewRule: endpoint({
    method: 'PUT',
    path: '/team-config/review-rule',
    summary: 'Whether nobody publishes what they wrote themselves',
    tag,
    allow: 'settings.write',
    audit: 'bundle.review-rule-updated',
  })
    .input(z.object({ secondApprover: z.boolean() }))
    .output(z.object({ secondApprover: z.boolean() })),
  versions: endpoint({
    method: 'GET',
    path: '/team-config/bundles/{id}/versions',
    summary: 'What was published, the newest first',
    ...reads,
  })
    .input(z.object({ id: Id, ...pageInput }))
    .output(pageOf(BundleVersion)),
  version: endpoint({
    method: 'GET',
    path: '/team-config/bundles/{id}/versions/{number}',
    summary: 'A version with its files',
    ...reads,
  })
    .input(z.object({ id: Id, number: VersionInPath }))
    .output(z.object({ version: BundleVersion, files: z.array(BundleFile) })),
  restore: endpoint({
    method: 'POST',
    path: '/team-config/bundles/{id}/versions/{number}/restore',
    summary: 'Take the files of a former version into the draft',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.draft-saved',
  })
    .input(z.object({ id: Id, number: VersionInPath, expectedDraft: ExpectedDraft }))
    .output(z.object({ bundle: Bundle })),
  subscribe: endpoint({
    method: 'PUT',
    path: '/team-config/bundles/{id}/groups/{groupId}',
    summary: 'Let a group have a bundle, always the newest version or a fixed one',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.subscribed',
  })
    .input(z.object({ id: Id, groupId: Id, version: VersionNumber.nullable() }))
    .output(z.object({ subscriptions: z.array(BundleSubscription) })),
  unsubscribe: endpoint({
    method: 'DELETE',
    path: '/team-config/bundles/{id}/groups/{groupId}',
    summary: 'Take a bundle from a group',
    tag,
    allow: 'team-config.write',
    audit: 'bundle.unsubscribed',
  })
    .input(z.object({ id: Id, groupId: Id }))
    .output(z.object({ subscriptions: z.array(BundleSubscription) })),
  usages: endpoint({
    method: 'GET',
    path: '/team-config/usages',
    summary: 'Which repositories use which version, as `reeve team-config check --report` told',
    ...reads,
  })
    .input(
      z.object({
        ...pageInput,
        bundleId: Id.optional(),
        state: z.enum(['current', 'behind', 'modified']).optional(),
        search: z.string().max(200).optional().describe('Part of the repository.'),
      }),
    )
    .output(pageOf(BundleUsage)),
  report: endpoint({
    method: 'POST',
    path: '/team-config/usages',
    summary: 'Say which bundles a repository has, and how; what it said before is replaced',
    tag,
    allow: 'team-config.read',
    audit: { none: 'recorded as bundle.usage-reported where something changed: pipelines repeat themselves' },
  })
    .input(
      z.object({
        repository: z.string().trim().min(1).max(300),
        commit: z.string().max(64).nullable(),
        folders: z
          .array(
            z.object({
              folder: z.string().trim().max(300).describe('Within the repository; empty is its root.'),
              bundles: z
                .array(
                  z.object({
                    slug: Slug,
                    sha256: z.string().regex(/^[0-9a-f]{64}$/),
                    version: VersionNumber.nullable(),
                  }),
                )
                .max(50)
                .describe('Of each: the sum over its files as they are there, and the version its marker names.'),
            }),
          )
          .max(200)
          .describe(
            'All that have a bundle: what the repository said before about another one is gone. Empty: none has.',
          ),
      }),
    )
    .output(z.object({ items: z.array(BundleUsage) })),
  mine: endpoint({
    method: 'GET',
    path: '/team-config/mine',
    summary: 'What the groups of whoever asks subscribe to, with how to get it',
    tag,
    allow: 'member',
    audit: readsOnly,
  }).output(
    z.object({
      items: z.array(
        z.object({
          bundle: Bundle.pick({ id: true, slug: true, name: true, description: true }),
          version: BundleVersion,
          because: z.string(),
        }),
      ),
      tarUrl: z.string(),
    }),
  ),
};
