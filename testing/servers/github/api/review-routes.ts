import { pullFiles, simplePullDocument } from '../documents/pulls.ts';
import { repositoryDocument, repositoryUrl } from '../documents/repositories.ts';
import { reviewCommentDocument, reviewDocument } from '../documents/reviews.ts';
import { requirePull } from '../pulls.ts';
import { Refusal } from '../tokens.ts';
import type { Account, Level, Pull, Repository, Review, ReviewComment } from '../world.ts';
import { type Call, pageOf, type Route, requireText, type Simulation, textOf } from './routes.ts';

const reads: readonly [string, Level][] = [['pull_requests', 'read']];
const writes: readonly [string, Level][] = [['pull_requests', 'write']];
const pullPath = '/repos/:owner/:repo/pulls/:number{[0-9]+}';

const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null);

interface LineAsked {
  path: string;
  body: string;
  line: number | null;
  startLine: number | null;
  side: 'LEFT' | 'RIGHT';
}

const hunkHead = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** The hunk up to that line; null when it is not part of the diff. */
function hunkOf(patch: string, line: number, side: 'LEFT' | 'RIGHT'): string | null {
  let hunk: string[] = [];
  let former = 0;
  let present = 0;
  for (const text of patch.split('\n')) {
    const [, from, to] = hunkHead.exec(text) ?? [];
    if (from !== undefined && to !== undefined) {
      hunk = [text];
      former = Number(from);
      present = Number(to);
      continue;
    }
    hunk.push(text);
    const isFormer = !text.startsWith('+');
    const isPresent = !text.startsWith('-');
    if (side === 'LEFT' ? isFormer && former === line : isPresent && present === line) return hunk.join('\n');
    if (isFormer) former += 1;
    if (isPresent) present += 1;
  }
  return null;
}

interface Reviewing {
  repository: Repository;
  pull: Pull;
  actor: Account;
}

async function makeComment(
  { world }: Simulation,
  { repository, pull, actor }: Reviewing,
  asked: LineAsked,
  reviewId: number | null,
): Promise<ReviewComment> {
  const file = (await pullFiles(world, repository, pull)).find(({ filename }) => filename === asked.path);
  const outside = (field: string) =>
    new Refusal(422, 'Validation Failed', {
      errors: [
        { resource: 'PullRequestReviewComment', code: 'custom', field, message: `${field} must be part of the diff` },
      ],
    });
  if (!file) throw outside('pull_request_review_thread.path');
  const hunk = asked.line === null ? '' : hunkOf(file.patch ?? '', asked.line, asked.side);
  if (hunk === null) throw outside('pull_request_review_thread.line');
  const at = world.now();
  const { path, body, line, startLine, side } = asked;
  const facts = { path, body, line, startLine, side, hunk, reviewId, inReplyTo: null };
  const comment = { id: world.nextId(), author: actor, commit: pull.headSha, createdAt: at, updatedAt: at, ...facts };
  pull.reviewComments.push(comment);
  return comment;
}

const readLine = (from: Record<string, unknown>): LineAsked => ({
  path: textOf(from.path) ?? '',
  body: textOf(from.body) ?? '',
  line: numberOr(from.line),
  startLine: numberOr(from.start_line),
  side: from.side === 'LEFT' ? 'LEFT' : 'RIGHT',
});

async function sendReview(
  { world, hooks }: Simulation,
  { repository, pull, actor }: Reviewing,
  review: Review,
): Promise<void> {
  const payload = {
    review: reviewDocument(world, repository, pull, review),
    pull_request: simplePullDocument(world, repository, pull),
    repository: repositoryDocument(world, repository),
  };
  await hooks.send({ event: 'pull_request_review', action: 'submitted', repository, sender: actor, payload });
}

async function sendComment(
  { world, hooks }: Simulation,
  { repository, pull, actor }: Reviewing,
  comment: ReviewComment,
): Promise<void> {
  const payload = {
    comment: reviewCommentDocument(world, repository, pull, comment),
    pull_request: simplePullDocument(world, repository, pull),
    repository: repositoryDocument(world, repository),
  };
  await hooks.send({ event: 'pull_request_review_comment', action: 'created', repository, sender: actor, payload });
}

const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;

function stateOf(event: unknown, { pull, actor }: Reviewing): Review['state'] {
  if (event === undefined || event === null) return 'PENDING';
  const state = states[event as keyof typeof states];
  if (!state) throw new Refusal(422, 'Validation Failed');
  if (state !== 'COMMENTED' && pull.author.id === actor.id)
    throw new Refusal(422, 'Unprocessable Entity', {
      errors: [`Can not ${state === 'APPROVED' ? 'approve' : 'request changes on'} your own pull request`],
    });
  return state;
}

async function makeReview(simulation: Simulation, reviewing: Reviewing, { body }: Call): Promise<Review> {
  const { world } = simulation;
  const { pull, actor } = reviewing;
  const state = stateOf(body.event, reviewing);
  if (state !== 'APPROVED' && state !== 'PENDING' && !textOf(body.body) && !Array.isArray(body.comments))
    throw new Refusal(422, 'Unprocessable Entity', { errors: ['Review comment body is required'] });
  const commit = textOf(body.commit_id) ?? pull.headSha;
  const submittedAt = state === 'PENDING' ? null : world.now();
  const review: Review = {
    id: world.nextId(),
    author: actor,
    body: textOf(body.body) ?? '',
    state,
    commit,
    submittedAt,
  };
  const lines = Array.isArray(body.comments) ? (body.comments as Record<string, unknown>[]).map(readLine) : [];
  const kept = pull.reviewComments.length;
  try {
    for (const line of lines) await makeComment(simulation, reviewing, line, review.id);
  } catch (error) {
    // All or nothing.
    pull.reviewComments.length = kept;
    throw error;
  }
  pull.reviews.push(review);
  if (state !== 'PENDING') await sendReview(simulation, reviewing, review);
  return review;
}

function commentRoutes(simulation: Simulation): Route[] {
  const { world } = simulation;
  return [
    {
      method: 'GET',
      path: `${pullPath}/comments`,
      as: 'repository',
      needs: reads,
      answer: (call, { repository }) => {
        const pull = requirePull(repository, Number(call.params.number));
        const here = `${repositoryUrl(world, repository)}/pulls/${pull.number}/comments`;
        const { items, headers } = pageOf(pull.reviewComments, call, here);
        return { headers, body: items.map((one) => reviewCommentDocument(world, repository, pull, one)) };
      },
    },
    {
      method: 'POST',
      path: `${pullPath}/comments`,
      as: 'repository',
      needs: writes,
      answer: async (call, { repository, actor }) => {
        const pull = requirePull(repository, Number(call.params.number));
        requireText(call, 'body', 'PullRequestReviewComment');
        const reviewing = { repository, pull, actor };
        const comment = await makeComment(simulation, reviewing, readLine(call.body), null);
        await sendComment(simulation, reviewing, comment);
        return { status: 201, body: reviewCommentDocument(world, repository, pull, comment) };
      },
    },
    {
      method: 'POST',
      path: `${pullPath}/comments/:comment{[0-9]+}/replies`,
      as: 'repository',
      needs: writes,
      answer: async (call, { repository, actor }) => {
        const pull = requirePull(repository, Number(call.params.number));
        const to = pull.reviewComments.find(({ id }) => id === Number(call.params.comment));
        if (!to) throw new Refusal(404, 'Not Found');
        const at = world.now();
        const body = requireText(call, 'body', 'PullRequestReviewComment');
        const comment = {
          ...to,
          id: world.nextId(),
          author: actor,
          body,
          inReplyTo: to.id,
          createdAt: at,
          updatedAt: at,
        };
        pull.reviewComments.push(comment);
        await sendComment(simulation, { repository, pull, actor }, comment);
        return { status: 201, body: reviewCommentDocument(world, repository, pull, comment) };
      },
    },
  ];
}

export function reviewRoutes(simulation: Simulation): Route[] {
  const { world } = simulation;
  const find = (pull: Pull, { params }: Call): Review => {
    const review = pull.reviews.find(({ id }) => id === Number(params.review));
    if (!review) throw new Refusal(404, 'Not Found');
    return review;
  };
  return [
    ...commentRoutes(simulation),
    {
      method: 'GET',
      path: `${pullPath}/reviews`,
      as: 'repository',
      needs: reads,
      answer: (call, { repository }) => {
        const pull = requirePull(repository, Number(call.params.number));
        const { items, headers } = pageOf(
          pull.reviews,
          call,
          `${repositoryUrl(world, repository)}/pulls/${pull.number}/reviews`,
        );
        return { headers, body: items.map((one) => reviewDocument(world, repository, pull, one)) };
      },
    },
    {
      method: 'POST',
      path: `${pullPath}/reviews`,
      as: 'repository',
      needs: writes,
      answer: async (call, { repository, actor }) => {
        const pull = requirePull(repository, Number(call.params.number));
        const review = await makeReview(simulation, { repository, pull, actor }, call);
        return { body: reviewDocument(world, repository, pull, review) };
      },
    },
    {
      method: 'PUT',
      path: `${pullPath}/reviews/:review{[0-9]+}/dismissals`,
      as: 'repository',
      needs: writes,
      answer: (call, { repository }) => {
        const pull = requirePull(repository, Number(call.params.number));
        const review = find(pull, call);
        review.state = 'DISMISSED';
        return { body: reviewDocument(world, repository, pull, review) };
      },
    },
  ];
}
