import {
  checkRunDocument,
  commentDocument,
  issueDocument,
  reactionContents,
  reactionDocument,
} from '../documents/discussions.ts';
import { repositoryDocument, repositoryUrl } from '../documents/repositories.ts';
import { commitOf } from '../git-folder.ts';
import { requirePull } from '../pulls.ts';
import { Refusal } from '../tokens.ts';
import type { CheckRun, IssueComment, Level, Reaction, Repository } from '../world.ts';
import { type Call, type InRepository, pageOf, type Route, requireText, type Simulation, textOf } from './routes.ts';

const repo = '/repos/:owner/:repo';

/** A pull request is an issue too: either permission will do. */
const reads: readonly [string, Level][] = [
  ['issues', 'read'],
  ['pull_requests', 'read'],
];
const writes: readonly [string, Level][] = [
  ['issues', 'write'],
  ['pull_requests', 'write'],
];

const notFound = () => new Refusal(404, 'Not Found');

function findComment({ comments }: Repository, { params }: Call): IssueComment {
  const found = comments.find(({ id }) => id === Number(params.comment));
  if (!found) throw notFound();
  return found;
}

async function sendComment(
  { world, hooks }: Simulation,
  { repository, actor }: InRepository,
  comment: IssueComment,
  action: string,
) {
  const pull = requirePull(repository, comment.issue);
  const payload = {
    issue: issueDocument(world, repository, pull),
    comment: commentDocument(world, repository, comment),
    repository: repositoryDocument(world, repository),
  };
  await hooks.send({ event: 'issue_comment', action, repository, sender: actor, payload });
}

function commentRoutes(simulation: Simulation): Route[] {
  const { world } = simulation;
  return [
    {
      method: 'GET',
      path: `${repo}/issues/:number{[0-9]+}/comments`,
      as: 'repository',
      needs: reads,
      answer: (call, { repository }) => {
        const number = Number(call.params.number);
        requirePull(repository, number);
        const all = repository.comments.filter(({ issue }) => issue === number);
        const { items, headers } = pageOf(all, call, `${repositoryUrl(world, repository)}/issues/${number}/comments`);
        return { headers, body: items.map((one) => commentDocument(world, repository, one)) };
      },
    },
    {
      method: 'POST',
      path: `${repo}/issues/:number{[0-9]+}/comments`,
      as: 'repository',
      needs: writes,
      answer: async (call, inside) => {
        const { repository, actor } = inside;
        const issue = requirePull(repository, Number(call.params.number)).number;
        const at = world.now();
        const body = requireText(call, 'body', 'IssueComment');
        const comment = { id: world.nextId(), issue, author: actor, body, createdAt: at, updatedAt: at };
        repository.comments.push(comment);
        await sendComment(simulation, inside, comment, 'created');
        return { status: 201, body: commentDocument(world, repository, comment) };
      },
    },
    {
      method: 'GET',
      path: `${repo}/issues/comments/:comment{[0-9]+}`,
      as: 'repository',
      needs: reads,
      answer: (call, { repository }) => ({ body: commentDocument(world, repository, findComment(repository, call)) }),
    },
    {
      method: 'PATCH',
      path: `${repo}/issues/comments/:comment{[0-9]+}`,
      as: 'repository',
      needs: writes,
      answer: async (call, inside) => {
        const comment = findComment(inside.repository, call);
        comment.body = requireText(call, 'body', 'IssueComment');
        comment.updatedAt = world.now();
        await sendComment(simulation, inside, comment, 'edited');
        return { body: commentDocument(world, inside.repository, comment) };
      },
    },
    {
      method: 'DELETE',
      path: `${repo}/issues/comments/:comment{[0-9]+}`,
      as: 'repository',
      needs: writes,
      answer: async (call, inside) => {
        const comment = findComment(inside.repository, call);
        await sendComment(simulation, inside, comment, 'deleted');
        inside.repository.comments.splice(inside.repository.comments.indexOf(comment), 1);
        return { status: 204 };
      },
    },
  ];
}

const reactionPlaces: readonly { path: string; on: (call: Call, repository: Repository) => Reaction['on'] }[] = [
  {
    path: `${repo}/issues/comments/:comment{[0-9]+}/reactions`,
    on: (call, repository) => `issue-comment/${findComment(repository, call).id}`,
  },
  {
    path: `${repo}/pulls/comments/:comment{[0-9]+}/reactions`,
    on: ({ params }, repository) => {
      const all = [...repository.pulls.values()].flatMap(({ reviewComments }) => reviewComments);
      const found = all.find(({ id }) => id === Number(params.comment));
      if (!found) throw notFound();
      return `review-comment/${found.id}`;
    },
  },
  {
    path: `${repo}/issues/:number{[0-9]+}/reactions`,
    on: ({ params }, repository) => `issue/${requirePull(repository, Number(params.number)).number}`,
  },
];

function react({ world }: Simulation, on: Reaction['on'], { repository, actor }: InRepository, call: Call) {
  const content = requireText(call, 'content', 'Reaction');
  if (!reactionContents.some((one) => one === content)) throw new Refusal(422, 'Validation Failed');
  const there = repository.reactions.find(
    (one) => one.on === on && one.author.id === actor.id && one.content === content,
  );
  if (there) return { status: 200, body: reactionDocument(world, there) };
  const made: Reaction = { id: world.nextId(), on, author: actor, content, createdAt: world.now() };
  repository.reactions.push(made);
  return { status: 201, body: reactionDocument(world, made) };
}

const reactionRoutes = (simulation: Simulation): Route[] =>
  reactionPlaces.flatMap(({ path, on }): Route[] => [
    {
      method: 'GET',
      path,
      as: 'repository',
      needs: reads,
      answer: (call, { repository }) => {
        const place = on(call, repository);
        const all = repository.reactions.filter((one) => one.on === place);
        const here = simulation.world.apiUrl + path;
        const { items, headers } = pageOf(all, call, here);
        return { headers, body: items.map((one) => reactionDocument(simulation.world, one)) };
      },
    },
    {
      method: 'POST',
      path,
      as: 'repository',
      needs: writes,
      answer: (call, inside) => react(simulation, on(call, inside.repository), inside, call),
    },
    {
      method: 'DELETE',
      path: `${path}/:reaction{[0-9]+}`,
      as: 'repository',
      needs: writes,
      answer: (call, { repository }) => {
        const at = repository.reactions.findIndex(({ id }) => id === Number(call.params.reaction));
        if (at === -1) throw notFound();
        repository.reactions.splice(at, 1);
        return { status: 204 };
      },
    },
  ]);

const dateOf = (value: unknown): Date | null => (typeof value === 'string' ? new Date(value) : null);

function changeCheck(run: CheckRun, { body }: Call, now: Date): void {
  const output = (body.output ?? {}) as Record<string, unknown>;
  run.status = textOf(body.status) ?? run.status;
  run.conclusion = textOf(body.conclusion) ?? run.conclusion;
  if (run.conclusion !== null) run.status = 'completed';
  run.startedAt = dateOf(body.started_at) ?? run.startedAt ?? now;
  run.completedAt = run.status === 'completed' ? (dateOf(body.completed_at) ?? now) : null;
  run.detailsUrl = textOf(body.details_url) ?? run.detailsUrl;
  run.output = {
    title: textOf(output.title) ?? run.output.title,
    summary: textOf(output.summary) ?? run.output.summary,
    text: textOf(output.text) ?? run.output.text,
    annotations: run.output.annotations + (Array.isArray(output.annotations) ? output.annotations.length : 0),
  };
}

function checkRoutes({ world }: Simulation): Route[] {
  const find = ({ checkRuns }: Repository, { params }: Call): CheckRun => {
    const found = checkRuns.find(({ id }) => id === Number(params.run));
    if (!found) throw notFound();
    return found;
  };
  return [
    {
      method: 'POST',
      path: `${repo}/check-runs`,
      as: 'repository',
      needs: [['checks', 'write']],
      answer: async (call, { repository, token }) => {
        if (token?.kind !== 'installation') throw new Refusal(403, 'You must authenticate via a GitHub App.');
        const commit = await commitOf(repository.folder, requireText(call, 'head_sha', 'CheckRun'));
        if (!commit) throw new Refusal(422, 'No commit found for SHA');
        const run: CheckRun = {
          id: world.nextId(),
          app: token.installation.app,
          name: requireText(call, 'name', 'CheckRun'),
          commit,
          status: 'queued',
          conclusion: null,
          detailsUrl: null,
          externalId: textOf(call.body.external_id) ?? '',
          output: { title: null, summary: null, text: null, annotations: 0 },
          startedAt: null,
          completedAt: null,
        };
        changeCheck(run, call, world.now());
        repository.checkRuns.push(run);
        return { status: 201, body: checkRunDocument(world, repository, run) };
      },
    },
    {
      method: 'PATCH',
      path: `${repo}/check-runs/:run{[0-9]+}`,
      as: 'repository',
      needs: [['checks', 'write']],
      answer: (call, { repository }) => {
        const run = find(repository, call);
        changeCheck(run, call, world.now());
        return { body: checkRunDocument(world, repository, run) };
      },
    },
    {
      method: 'GET',
      path: `${repo}/check-runs/:run{[0-9]+}`,
      as: 'repository',
      needs: [['checks', 'read']],
      answer: (call, { repository }) => ({ body: checkRunDocument(world, repository, find(repository, call)) }),
    },
    {
      method: 'GET',
      path: `${repo}/commits/:ref/check-runs`,
      as: 'repository',
      needs: [['checks', 'read']],
      answer: async ({ params }, { repository }) => {
        const commit = await commitOf(repository.folder, params.ref ?? '');
        const found = repository.checkRuns.filter((one) => one.commit === commit);
        return {
          body: { total_count: found.length, check_runs: found.map((one) => checkRunDocument(world, repository, one)) },
        };
      },
    },
  ];
}

export const discussionRoutes = (simulation: Simulation): Route[] => [
  ...commentRoutes(simulation),
  ...reactionRoutes(simulation),
  ...checkRoutes(simulation),
];
