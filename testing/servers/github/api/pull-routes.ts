import { commitDocument } from '../documents/commits.ts';
import { pullDiff, pullDocument, pullFiles, simplePullDocument } from '../documents/pulls.ts';
import { repositoryUrl } from '../documents/repositories.ts';
import { gitIn } from '../git-folder.ts';
import { endPull, openPull, requirePull, sendPull } from '../pulls.ts';
import { Refusal } from '../tokens.ts';
import type { Level, Pull } from '../world.ts';
import { type Call, pageOf, type Route, requireText, type Simulation, textOf } from './routes.ts';

const reads: readonly [string, Level][] = [['pull_requests', 'read']];
const writes: readonly [string, Level][] = [['pull_requests', 'write']];

const numberOf = ({ params }: Call): number => Number(params.number);

function isListed({ query }: Call, pull: Pull, owner: string): boolean {
  const state = query.get('state') ?? 'open';
  const head = query.get('head');
  const base = query.get('base');
  return (
    (state === 'all' || pull.state === state) &&
    (head === null || `${owner}:${pull.head}` === head) &&
    (base === null || pull.base === base)
  );
}

function readRoutes({ world }: Simulation): Route[] {
  return [
    {
      method: 'GET',
      path: '/repos/:owner/:repo/pulls',
      as: 'repository',
      needs: reads,
      answer: (call, { repository }) => {
        const all = [...repository.pulls.values()].filter((one) => isListed(call, one, repository.owner.login));
        const { items, headers } = pageOf(all.reverse(), call, `${repositoryUrl(world, repository)}/pulls`);
        return { headers, body: items.map((one) => simplePullDocument(world, repository, one)) };
      },
    },
    {
      method: 'GET',
      path: '/repos/:owner/:repo/pulls/:number{[0-9]+}',
      as: 'repository',
      needs: reads,
      answer: async (call, { repository }) => {
        const pull = requirePull(repository, numberOf(call));
        if (/\.diff\b/.test(call.accept)) return { text: await pullDiff(repository, pull) };
        return { body: await pullDocument(world, repository, pull) };
      },
    },
    {
      method: 'GET',
      path: '/repos/:owner/:repo/pulls/:number{[0-9]+}/files',
      as: 'repository',
      needs: reads,
      answer: async (call, { repository }) => {
        const all = await pullFiles(world, repository, requirePull(repository, numberOf(call)));
        const { items, headers } = pageOf(
          all,
          call,
          `${repositoryUrl(world, repository)}/pulls/${numberOf(call)}/files`,
        );
        return { headers, body: items };
      },
    },
    {
      method: 'GET',
      path: '/repos/:owner/:repo/pulls/:number{[0-9]+}/commits',
      as: 'repository',
      needs: reads,
      answer: async (call, { repository }) => {
        const { baseSha, headSha } = requirePull(repository, numberOf(call));
        const listed = await gitIn(repository.folder, ['rev-list', '--reverse', `${baseSha}..${headSha}`]);
        const body = [];
        for (const commit of listed.split('\n').filter(Boolean))
          body.push(await commitDocument(world, repository, commit));
        return { body };
      },
    },
  ];
}

async function editPull(simulation: Simulation, call: Call, pull: Pull): Promise<string[]> {
  const { title, body, state, base } = call.body;
  const changed: string[] = [];
  if (state !== undefined && state !== 'open' && state !== 'closed') throw new Refusal(422, 'Validation Failed');
  if (pull.merged && state === 'open') throw new Refusal(422, 'Validation Failed');
  if (typeof title === 'string' && title !== pull.title) {
    pull.title = title;
    changed.push('title');
  }
  if ((typeof body === 'string' || body === null) && body !== pull.body) {
    pull.body = textOf(body);
    changed.push('body');
  }
  if (typeof base === 'string') pull.base = base;
  pull.updatedAt = simulation.world.now();
  return changed;
}

export function pullRoutes(simulation: Simulation): Route[] {
  const { world } = simulation;
  return [
    ...readRoutes(simulation),
    {
      method: 'POST',
      path: '/repos/:owner/:repo/pulls',
      as: 'repository',
      needs: writes,
      answer: async (call, { repository, actor }) => {
        const pull = await openPull(simulation, repository, {
          title: requireText(call, 'title', 'PullRequest'),
          head: requireText(call, 'head', 'PullRequest'),
          base: requireText(call, 'base', 'PullRequest'),
          body: textOf(call.body.body),
          isDraft: call.body.draft === true,
          author: actor,
        });
        const body = await pullDocument(world, repository, pull);
        return { status: 201, headers: { location: body.url }, body };
      },
    },
    {
      method: 'PATCH',
      path: '/repos/:owner/:repo/pulls/:number{[0-9]+}',
      as: 'repository',
      needs: writes,
      answer: async (call, { repository, actor }) => {
        const pull = requirePull(repository, numberOf(call));
        const changed = await editPull(simulation, call, pull);
        if (changed.length > 0) await sendPull(simulation, repository, pull, { action: 'edited', sender: actor });
        if (call.body.state === 'closed' && pull.state === 'open')
          await endPull(simulation, repository, { number: pull.number, by: actor.login, isMerge: false });
        if (call.body.state === 'open' && pull.state === 'closed') {
          pull.state = 'open';
          pull.closedAt = null;
          await sendPull(simulation, repository, pull, { action: 'reopened', sender: actor });
        }
        return { body: await pullDocument(world, repository, pull) };
      },
    },
    {
      method: 'PUT',
      path: '/repos/:owner/:repo/pulls/:number{[0-9]+}/merge',
      as: 'repository',
      needs: [['contents', 'write']],
      answer: async (call, { repository, actor }) => {
        const { sha } = call.body;
        const { headSha, state } = requirePull(repository, numberOf(call));
        if (state === 'closed') throw new Refusal(405, 'Pull Request is not mergeable');
        if (typeof sha === 'string' && sha !== headSha)
          throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
        const pull = await endPull(simulation, repository, { number: numberOf(call), by: actor.login, isMerge: true });
        return { body: { sha: pull.merged?.commit, merged: true, message: 'Pull Request successfully merged' } };
      },
    },
  ];
}
