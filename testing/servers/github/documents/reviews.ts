import type { Pull, Repository, Review, ReviewComment, World } from '../world.ts';
import { nodeId, simpleUser } from './accounts.ts';
import { reactionCounts } from './discussions.ts';
import { associationOf } from './pulls.ts';
import { repositoryPage, repositoryUrl } from './repositories.ts';

const addressesOf = (world: World, repository: Repository, pull: Pull) => ({
  pullUrl: `${repositoryUrl(world, repository)}/pulls/${pull.number}`,
  page: `${repositoryPage(world, repository)}/pull/${pull.number}`,
});

export function reviewDocument(world: World, repository: Repository, pull: Pull, review: Review) {
  const { pullUrl, page } = addressesOf(world, repository, pull);
  const html = `${page}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId('PRR', review.id),
    user: simpleUser(world, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pullUrl,
    author_association: associationOf(repository, review.author),
    _links: { html: { href: html }, pull_request: { href: pullUrl } },
    ...(review.submittedAt && { submitted_at: review.submittedAt.toISOString() }),
    commit_id: review.commit,
  };
}

export function reviewCommentDocument(world: World, repository: Repository, pull: Pull, comment: ReviewComment) {
  const { pullUrl, page } = addressesOf(world, repository, pull);
  const url = `${repositoryUrl(world, repository)}/pulls/comments/${comment.id}`;
  const html = `${page}#discussion_r${comment.id}`;
  return {
    url,
    pull_request_review_id: comment.reviewId,
    id: comment.id,
    node_id: nodeId('PRRC', comment.id),
    diff_hunk: comment.hunk,
    path: comment.path,
    commit_id: comment.commit,
    original_commit_id: comment.commit,
    user: simpleUser(world, comment.author),
    body: comment.body,
    created_at: comment.createdAt.toISOString(),
    updated_at: comment.updatedAt.toISOString(),
    html_url: html,
    pull_request_url: pullUrl,
    author_association: associationOf(repository, comment.author),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pullUrl } },
    reactions: reactionCounts(repository, `review-comment/${comment.id}`, url),
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startLine === null ? null : comment.side,
    ...(comment.line !== null && { line: comment.line, original_line: comment.line }),
    side: comment.side,
    position: comment.hunk.split('\n').length - 1,
    original_position: comment.hunk.split('\n').length - 1,
    subject_type: comment.line === null ? 'file' : 'line',
    ...(comment.inReplyTo !== null && { in_reply_to_id: comment.inReplyTo }),
  };
}
