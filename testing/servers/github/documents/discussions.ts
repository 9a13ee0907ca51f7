import type { CheckRun, IssueComment, Pull, Reaction, Repository, World } from '../world.ts';
import { appDocument, nodeId, simpleUser } from './accounts.ts';
import { associationOf, simplePullDocument } from './pulls.ts';
import { repositoryPage, repositoryUrl } from './repositories.ts';

export const reactionContents = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;

export function reactionCounts({ reactions }: Repository, on: Reaction['on'], url: string) {
  const here = reactions.filter((one) => one.on === on);
  const counts = Object.fromEntries(
    reactionContents.map((content) => [content, here.filter((one) => one.content === content).length]),
  ) as Record<(typeof reactionContents)[number], number>;
  return { url: `${url}/reactions`, total_count: here.length, ...counts };
}

export const reactionDocument = (world: World, { id, author, content, createdAt }: Reaction) => ({
  id,
  node_id: nodeId('REA', id),
  user: simpleUser(world, author),
  content,
  created_at: createdAt.toISOString(),
});

export function commentDocument(world: World, repository: Repository, comment: IssueComment) {
  const url = `${repositoryUrl(world, repository)}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${repositoryPage(world, repository)}/pull/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl(world, repository)}/issues/${comment.issue}`,
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    user: simpleUser(world, comment.author),
    created_at: comment.createdAt.toISOString(),
    updated_at: comment.updatedAt.toISOString(),
    author_association: associationOf(repository, comment.author),
    body: comment.body,
    reactions: reactionCounts(repository, `issue-comment/${comment.id}`, url),
    performed_via_github_app: null,
  };
}

/** A pull request as an issue, for its comments' events. */
export function issueDocument(world: World, repository: Repository, pull: Pull) {
  const document = simplePullDocument(world, repository, pull);
  const url = `${repositoryUrl(world, repository)}/issues/${pull.number}`;
  return {
    url,
    repository_url: repositoryUrl(world, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: document.html_url,
    id: pull.id,
    node_id: document.node_id,
    number: pull.number,
    title: pull.title,
    user: document.user,
    labels: [],
    state: pull.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: repository.comments.filter(({ issue }) => issue === pull.number).length,
    created_at: document.created_at,
    updated_at: document.updated_at,
    closed_at: document.closed_at,
    author_association: document.author_association,
    active_lock_reason: null,
    draft: pull.isDraft,
    pull_request: {
      url: document.url,
      html_url: document.html_url,
      diff_url: document.diff_url,
      patch_url: document.patch_url,
      merged_at: document.merged_at,
    },
    body: pull.body,
    reactions: reactionCounts(repository, `issue/${pull.number}`, url),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
  };
}

export function checkRunDocument(world: World, repository: Repository, run: CheckRun) {
  const url = `${repositoryUrl(world, repository)}/check-runs/${run.id}`;
  const { annotations, ...words } = run.output;
  return {
    id: run.id,
    node_id: nodeId('CR', run.id),
    head_sha: run.commit,
    external_id: run.externalId,
    url,
    html_url: `${repositoryPage(world, repository)}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt?.toISOString() ?? null,
    completed_at: run.completedAt?.toISOString() ?? null,
    output: { ...words, annotations_count: annotations, annotations_url: `${url}/annotations` },
    name: run.name,
    check_suite: { id: run.id + 1_000_000 },
    app: appDocument(world, run.app),
    pull_requests: [],
  };
}
