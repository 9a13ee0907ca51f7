import { commitDocument } from '../documents/commits.ts';
import { fullRepositoryDocument, permissionDocument, repositoryUrl } from '../documents/repositories.ts';
import { branchCommit, commitOf, gitIn, listBranches } from '../git-folder.ts';
import { Refusal } from '../tokens.ts';
import { findAccount, type Level, type Repository, type World } from '../world.ts';
import { pageOf, type Route, type Simulation } from './routes.ts';

const notFound = (message = 'Not Found') => new Refusal(404, message);

const isMatch = (pattern: string, branch: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`).test(branch);

const isProtected = ({ protections }: Repository, branch: string): boolean =>
  protections.some(({ pattern }) => isMatch(pattern, branch));

const checksOf = (isOn: boolean) => ({
  enabled: isOn,
  required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
});

function shortBranch(world: World, repository: Repository, { name, commit }: { name: string; commit: string }) {
  const url = repositoryUrl(world, repository);
  return {
    name,
    commit: { sha: commit, url: `${url}/commits/${commit}` },
    protected: isProtected(repository, name),
    protection: checksOf(isProtected(repository, name)),
    protection_url: `${url}/branches/${encodeURIComponent(name)}/protection`,
  };
}

async function branchDocument(world: World, repository: Repository, name: string) {
  const commit = await branchCommit(repository.folder, name);
  if (!commit) throw notFound('Branch not found');
  const url = repositoryUrl(world, repository);
  return {
    ...shortBranch(world, repository, { name, commit }),
    commit: await commitDocument(world, repository, commit),
    _links: {
      self: `${url}/branches/${encodeURIComponent(name)}`,
      html: `${world.origin}/${repository.owner.login}/${repository.name}/tree/${name}`,
    },
  };
}

function branchRoutes({ world }: Simulation): Route[] {
  const needs: readonly [string, Level][] = [['contents', 'read']];
  return [
    {
      method: 'GET',
      path: '/repos/:owner/:repo/branches',
      as: 'repository',
      needs,
      answer: async (call, { repository }) => {
        const wanted = call.query.get('protected');
        const all = (await listBranches(repository.folder)).filter(
          ({ name }) => wanted === null || String(isProtected(repository, name)) === wanted,
        );
        const { items, headers } = pageOf(all, call, `${repositoryUrl(world, repository)}/branches`);
        return { headers, body: items.map((one) => shortBranch(world, repository, one)) };
      },
    },
    {
      method: 'GET',
      path: '/repos/:owner/:repo/branches/:branch{.+}',
      as: 'repository',
      needs,
      answer: async ({ params }, { repository }) => ({
        body: await branchDocument(world, repository, params.branch ?? ''),
      }),
    },
    {
      method: 'GET',
      path: '/repos/:owner/:repo/git/ref/:ref{.+}',
      as: 'repository',
      needs,
      answer: async ({ params }, { repository }) => {
        const ref = `refs/${params.ref}`;
        const commit = await commitOf(repository.folder, ref);
        if (!commit) throw notFound();
        const url = repositoryUrl(world, repository);
        const object = { type: 'commit', sha: commit, url: `${url}/git/commits/${commit}` };
        return { body: { ref, node_id: Buffer.from(ref).toString('base64url'), url: `${url}/git/${ref}`, object } };
      },
    },
    {
      method: 'GET',
      path: '/repos/:owner/:repo/commits/:ref{.+}',
      as: 'repository',
      needs,
      answer: async ({ params }, { repository }) => {
        const commit = await commitOf(repository.folder, params.ref ?? '');
        if (!commit) throw new Refusal(422, `No commit found for SHA: ${params.ref}`);
        return { body: await commitDocument(world, repository, commit) };
      },
    },
  ];
}

/** A file, or its bytes with `Accept: application/vnd.github.raw`. */
function contentRoutes({ world }: Simulation): Route[] {
  return [
    {
      method: 'GET',
      path: '/repos/:owner/:repo/contents/:path{.+}',
      as: 'repository',
      needs: [['contents', 'read']],
      answer: async ({ params, query }, { repository }) => {
        const path = params.path ?? '';
        const ref = query.get('ref') ?? repository.defaultBranch;
        const blob = await gitIn(repository.folder, ['rev-parse', '--verify', '--quiet', `${ref}:${path}`]).catch(
          () => null,
        );
        if (blob === null) throw notFound();
        const sha = blob.trim();
        const content = Buffer.from(await gitIn(repository.folder, ['cat-file', 'blob', sha]));
        const url = `${repositoryUrl(world, repository)}/contents/${path}?ref=${ref}`;
        const page = `${world.origin}/${repository.owner.login}/${repository.name}/blob/${ref}/${path}`;
        const blobUrl = `${repositoryUrl(world, repository)}/git/blobs/${sha}`;
        return {
          body: {
            type: 'file',
            encoding: 'base64',
            size: content.length,
            name: path.split('/').at(-1) ?? '',
            path,
            content: content.toString('base64'),
            sha,
            url,
            git_url: blobUrl,
            html_url: page,
            download_url: null,
            _links: { self: url, git: blobUrl, html: page },
          },
        };
      },
    },
  ];
}

export function repositoryRoutes(simulation: Simulation): Route[] {
  const { world } = simulation;
  return [
    {
      method: 'GET',
      path: '/repos/:owner/:repo',
      as: 'repository',
      needs: [['metadata', 'read']],
      answer: (_call, { repository }) => ({ body: fullRepositoryDocument(world, repository) }),
    },
    {
      method: 'GET',
      path: '/repos/:owner/:repo/collaborators/:username/permission',
      as: 'repository',
      needs: [['metadata', 'read']],
      answer: ({ params }, { repository }) => {
        const account = findAccount(world, params.username ?? '');
        if (!account) throw notFound(`${params.username} is not a user`);
        return { body: permissionDocument(world, repository, account) };
      },
    },
    ...branchRoutes(simulation),
    ...contentRoutes(simulation),
  ];
}
