import { can } from '#contract/permissions.ts';
import type { BundlePullRequest } from '#contract/team-config-pull-requests.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { findRepository, type Published, publishDiff, requireRepositoryAccess } from '#server/connectors/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import type { Database } from '#server/db/open-database.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { subjectOf } from '../library/hold-bundle.ts';
import { readBundle } from '../library/queries.ts';
import { type BundleDiff, type BundleTarget, diffBundle } from './bundle-diff.ts';
import { type BundlePullRow, readStanding, savePullRequest } from './queries.ts';
import { currentPullRequest, pullRequestOf } from './show-pull-requests.ts';
import { bodyOf, branchOf, commitMessageOf, titleOf } from './words.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'secrets' | 'log' | 'origin'>;

export interface ActingPublisher {
  workspaceId: string;
  memberId: string;
  name: string;
  actor: Actor;
}

export interface PullRequestWanted extends BundleTarget {
  version: number;
  commit: string;
  title?: string | undefined;
  body?: string | undefined;
  isDraft: boolean;
}

/**
 * One that goes into another branch is not turned: whoever reviews it would not know. A branch alone goes nowhere by itself.
 * @throws ReeveError conflict
 */
function refuseOtherBase(existing: BundlePullRow | null, branch: string): void {
  if (existing === null || existing.number === null || existing.base === branch) return;
  throw new ReeveError(
    'conflict',
    { url: existing.url },
    {
      message: `Pull request ${existing.number} of this bundle goes into ${existing.base} and is open. Close it first, or choose that branch.`,
    },
  );
}

/** @throws ReeveError conflict */
function refuseOlder(version: number, newest: number): void {
  if (newest === version) return;
  throw new ReeveError(
    'conflict',
    { version: newest },
    {
      message: `Version ${newest} of this bundle is published by now, so version ${version} was not brought. Look at what version ${newest} would change, then bring that one.`,
    },
  );
}

/**
 * Comparing, waiting for a turn and fetching took a while: the member may have lost what let them begin, and the bundle may have gone on.
 * @throws ReeveError
 */
async function requireStill(
  services: Needs,
  { workspaceId, memberId }: ActingPublisher,
  { wanted: { id, repositoryId }, version }: { wanted: PullRequestWanted; version: number },
) {
  const bundle = await readBundle(services.db, workspaceId, id);
  if (!bundle) throw new ReeveError('not-found', { bundleId: id });
  refuseOlder(version, bundle.newest);
  const standing = await readStanding(services.db, workspaceId, memberId);
  const permission = 'team-config.write';
  if (standing?.status !== 'active' || !can(permissionsFrom(standing.held), permission))
    throw new ReeveError('not-permitted', { permission });
  await requireRepositoryAccess(services, { workspaceId, memberId, repositoryId, need: 'write', why: 'Team Config' });
}

function push(
  services: Needs,
  by: ActingPublisher,
  { wanted, diff, existing }: { wanted: PullRequestWanted; diff: BundleDiff; existing: BundlePullRow | null },
): Promise<Published> {
  const { bundle, version, message } = diff;
  const url = `${services.origin}/team-config/${bundle.id}`;
  const title = wanted.title ?? titleOf({ name: bundle.name, version });
  const branch = existing?.branch ?? branchOf(bundle.slug);
  return publishDiff(services, {
    ...{ workspaceId: by.workspaceId, memberId: by.memberId, repositoryId: wanted.repositoryId },
    ...{ base: diff.base, diff: diff.diff, title, isDraft: wanted.isDraft },
    branch,
    message: commitMessageOf({ title, message, url }),
    body: wanted.body ?? bodyOf({ message, url }),
    // Another version is another matter: what the old one said is over.
    replacesWords: true,
    // The bundle's by its name, also where a try was cut off before anything was stored; commits of others on it are refused all the same.
    existing: { number: existing?.state === 'open' ? existing.number : null, branch },
    mayPush: () => requireStill(services, by, { wanted, version }),
  });
}

interface Pushed {
  wanted: PullRequestWanted;
  diff: BundleDiff;
  existing: BundlePullRow | null;
  pushed: Published;
  /** When that began. */
  askedAt: Date;
}

/** What was pushed is told in the log whatever became of the repository's connection meanwhile. @throws ReeveError conflict: it is gone */
async function store(
  { db, clock }: Needs,
  by: ActingPublisher,
  { wanted, diff, existing, pushed, askedAt }: Pushed,
): Promise<BundlePullRow> {
  const at = clock();
  const isSame = existing !== null && existing.number === pushed.number;
  const tell = (to: Database) =>
    record(to, by.actor, 'bundle.pull-requested', {
      at,
      subject: subjectOf(diff.bundle),
      version: diff.version,
      repositoryId: wanted.repositoryId,
      into: wanted.branch,
      branch: pushed.branch,
      number: pushed.number,
      url: pushed.url,
      headSha: pushed.headSha,
      isNew: !isSame,
    });
  const write = async (tx: Database) => {
    const row = await savePullRequest(tx, {
      ...{ id: existing?.id ?? newId('bpr'), workspace_id: by.workspaceId, bundle_id: diff.bundle.id },
      ...{ repository_id: wanted.repositoryId, base: wanted.branch, branch: pushed.branch, number: pushed.number },
      ...{ url: pushed.url, state: pushed.state, version: diff.version, head_sha: pushed.headSha },
      ...{ opened_by: by.name, created_at: isSame ? existing.created_at : at, updated_at: at, checked_at: askedAt },
    });
    await tell(tx);
    return row;
  };
  return db
    .transaction()
    .execute(write)
    .catch(async (error: unknown) => {
      await tell(db);
      return refuseLostRace(error);
    });
}

/** The last one: the branch may be there already when the pull request fails. */
const refusals: ReadonlySet<string> = new Set([
  'git-refused',
  'repository-refused',
  'repository-not-allowed',
  'git-server-failed',
]);

/**
 * Brings the newest version to a repository: a pull request, or the open one of the bundle brought up to date. The member's own account
 * there must be allowed to write, and the rules of its branches hold.
 * @throws ReeveError not-found; conflict: another version is the newest by now, also by the time of the push, or the open one goes into another branch; bundle-unchanged:
 *   the branch has this version; not-permitted: the permission went meanwhile; git-refused with the server's words, and what
 *   `requireRepositoryAccess` throws
 */
export async function openPullRequest(
  services: Needs,
  by: ActingPublisher,
  wanted: PullRequestWanted,
): Promise<BundlePullRequest> {
  const { db, clock } = services;
  const { workspaceId, memberId, actor } = by;
  const { id, repositoryId, branch, version } = wanted;
  const bundle = await readBundle(db, workspaceId, id);
  if (!bundle) throw new ReeveError('not-found', { bundleId: id });
  try {
    await requireRepositoryAccess(services, { workspaceId, memberId, repositoryId, need: 'write', why: 'Team Config' });
    const forWhom = `${by.name}: Team Config`;
    const existing = await currentPullRequest(services, workspaceId, { id, repositoryId, forWhom });
    const open = existing?.state === 'open' ? existing : null;
    refuseOtherBase(open, branch);
    const diff = await diffBundle(services, workspaceId, { ...wanted, forWhom });
    refuseOlder(version, diff.version);
    if (diff.diff === '')
      throw new ReeveError(
        'bundle-unchanged',
        { version },
        { message: `${branch} has version ${version} of this bundle already: nothing would change.` },
      );
    const askedAt = clock();
    const pushed = await push(services, by, { wanted, diff, existing });
    const row = await store(services, by, { wanted, diff, existing, pushed, askedAt });
    const place = await findRepository(db, workspaceId, repositoryId);
    return pullRequestOf(row, place?.name ?? '');
  } catch (error) {
    // Somebody tried to get past a rule of the repository, or a rule is not what people think.
    if (isReeveError(error) && refusals.has(error.code))
      await record(db, actor, 'bundle.pull-refused', {
        at: clock(),
        subject: subjectOf(bundle),
        ...{ repositoryId, into: branch, version, code: error.code, details: error.details },
      });
    throw error;
  }
}
